"""Addresses under /api/v2/."""

from django.urls import path

from demo_site.tenant.management import connections, tickets, users

urlpatterns = [
    path("users/<str:user_id>", users.read),
    path("users-by-email", users.by_email),
    path("connections", connections.read_all),
    path("connections/<str:connection_id>", connections.read),
    path("tickets/password-change", tickets.password_change),
]
