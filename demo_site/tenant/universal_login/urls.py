"""Addresses of the hosted pages."""

from django.urls import path

from demo_site.tenant.universal_login import (
    change,
    forgot,
    login,
    mfa_at_login,
    mfa_at_reset,
    organization_selection,
    social,
)

urlpatterns = [
    path("u/login", login.login),
    path("u/login/social", social.begin),
    path("u/mfa-otp-challenge", mfa_at_login.challenge),
    path("u/organization-selection", organization_selection.select),
    path("stand-in/<str:connection>", social.choose),
    path("u/reset-password/request", forgot.request_reset),
    path("u/reset-password/mfa-otp-challenge", mfa_at_reset.challenge),
    path("u/reset-verify", change.change),
]
