"""`path("account/", include("auth0_password.urls"))`."""

from __future__ import annotations

from django.urls import path

from . import views, webhooks

app_name = "auth0_password"

urlpatterns = [
    path("", views.ProfileView.as_view(), name="profile"),
    path("change/email/", views.EmailView.as_view(), name="change_email"),
    path("change/sign-in-again/", views.ReauthenticateView.as_view(), name="change_reauthenticate"),
    path("change/ticket/", views.TicketView.as_view(), name="change_ticket"),
    path("required/", views.RequiredView.as_view(), name="required"),
    path("check/", views.CheckView.as_view(), name="check"),
    path("waiting/", views.WaitingView.as_view(), name="waiting"),
    path("status/", views.StatusView.as_view(), name="status"),
    path("forgot/", views.ForgotView.as_view(), name="forgot"),
    path("instructions/", views.InstructionsView.as_view(), name="instructions"),
    path("login/", views.LoginView.as_view(), name="login"),
    path("handover/", views.HandoverView.as_view(), name="handover"),
    path("verify/", views.VerifyView.as_view(), name="verify"),
    path("not-me/<str:token>/", views.NotMeView.as_view(), name="not_me"),
    path("sign-out/", views.SignOutView.as_view(), name="sign_out"),
    path("sessions/<str:key>/end/", views.SessionEndView.as_view(), name="session_end"),
    path("sessions/end-others/", views.SessionsEndOthersView.as_view(), name="sessions_end_others"),
    path("hooks/action/", webhooks.ActionView.as_view(), name="hook_action"),
    path("hooks/logs/", webhooks.LogsView.as_view(), name="hook_logs"),
    path("backchannel-logout/", webhooks.BackchannelLogoutView.as_view(), name="backchannel_logout"),
]
