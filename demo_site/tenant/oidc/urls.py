"""Addresses of OpenID Connect and OAuth."""

from django.urls import path

from demo_site.tenant.oidc import authorize, discovery, logout, token, userinfo

urlpatterns = [
    path(".well-known/openid-configuration", discovery.openid_configuration),
    path(".well-known/jwks.json", discovery.jwks),
    path("authorize", authorize.authorize),
    path("oauth/token", token.token),
    path("userinfo", userinfo.userinfo),
    path("v2/logout", logout.logout),
]
