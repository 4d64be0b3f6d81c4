"""Addresses of OpenID Connect and OAuth."""

from django.urls import path

from demo_site.tenant.oidc import authorize, discovery, logout, mfa_api, revocation, rp_logout, token, userinfo

urlpatterns = [
    path(".well-known/openid-configuration", discovery.openid_configuration),
    path(".well-known/jwks.json", discovery.jwks),
    path("authorize", authorize.authorize),
    path("oauth/token", token.token),
    path("oauth/revoke", revocation.revoke),
    path("mfa/challenge", mfa_api.challenge),
    path("mfa/authenticators", mfa_api.authenticators),
    path("userinfo", userinfo.userinfo),
    path("v2/logout", logout.logout),
    path("oidc/logout", rp_logout.logout),
]
