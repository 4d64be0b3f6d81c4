"""Addresses of the hosted pages."""

from django.urls import path

from demo_site.tenant.forms import views as forms
from demo_site.tenant.plan import TICKET_PATHS
from demo_site.tenant.universal_login import (
    change,
    confirmation,
    continuation,
    email_verification,
    forgot,
    login,
    mfa_at_login,
    mfa_at_reset,
    organization_selection,
    social,
)
from demo_site.tenant.universal_login.challenges import CHOICE, FORM, PAGES

urlpatterns = [
    path("u/login", login.login),
    path("u/login/social", social.begin),
    *[path(f"u/{page}", mfa_at_login.challenge, {"factor": factor}) for factor, page in PAGES.items()],
    path(f"u/{CHOICE}", mfa_at_login.choice),
    path(f"u/{FORM}", forms.at_sign_in),
    path("u/consent", confirmation.confirm),
    path("u/organization-selection", organization_selection.select),
    path("stand-in/<str:connection>", social.choose),
    path("u/reset-password/request", forgot.request_reset),
    *[path(f"u/reset-password/{page}", mfa_at_reset.challenge, {"factor": factor}) for factor, page in PAGES.items()],
    path(f"u/reset-password/{CHOICE}", mfa_at_reset.choice),
    path(f"u/reset-password/{FORM}", forms.at_reset),
    path("u/email-verification", email_verification.verify),
    *[path(place.removeprefix("/"), change.change) for place in TICKET_PATHS],
    path("continue", continuation.go_on),
]
