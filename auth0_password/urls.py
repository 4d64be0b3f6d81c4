"""`path("account/", include("auth0_password.urls"))`."""

from __future__ import annotations

from django.urls import path

from . import views

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
    path("login/", views.LoginView.as_view(), name="login"),
    path("sign-out/", views.SignOutView.as_view(), name="sign_out"),
]
