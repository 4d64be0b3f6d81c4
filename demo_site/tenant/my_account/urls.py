"""Addresses under /me/v1/."""

from __future__ import annotations

from django.urls import path

from demo_site.tenant.management.access import by_method
from demo_site.tenant.my_account import authentication_methods as methods

urlpatterns = [
    path("authentication-methods", by_method(GET=methods.read_all, POST=methods.create)),
    path("authentication-methods/<str:method_id>", by_method(GET=methods.read)),
    path("authentication-methods/<str:method_id>/verify", by_method(POST=methods.verify)),
]
