"""Addresses of the hosted pages."""

from django.urls import path

from demo_site.tenant.universal_login import change, forgot, login, social

urlpatterns = [
    path("u/login", login.login),
    path("u/login/social", social.begin),
    path("stand-in/<str:connection>", social.choose),
    path("u/reset-password/request", forgot.request_reset),
    path("u/reset-verify", change.change),
]
