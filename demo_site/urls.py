"""The demonstration's addresses."""

from __future__ import annotations

from django.contrib import admin
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.generic import RedirectView

from demo_site import views

to_sign_in = login_not_required(RedirectView.as_view(pattern_name="auth0_password:login", query_string=True))

urlpatterns = [
    path("", views.home, name="home"),
    path("loans/", views.loans, name="loans"),
    path("sign-in-as/", views.sign_in_as, name="sign_in_as"),
    path("account/", include("auth0_password.urls")),
    path("", include("social_django.urls", namespace="social")),
    # Everybody signs in at the tenant, administrators too.
    path("admin/login/", to_sign_in),
    path("admin/", admin.site.urls),
]
