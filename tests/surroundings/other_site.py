"""The addresses of another host of the same project: the same views, other paths."""

from __future__ import annotations

from django.urls import include, path

from tests.surroundings.site import page

urlpatterns = [
    path("page/", page),
    path("other-page/", page),
    path("mine/", include("auth0_password.urls")),
    path("", include("social_django.urls", namespace="social")),
]
