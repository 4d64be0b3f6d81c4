"""Addresses under /api/v2/."""

from django.urls import path

from demo_site.tenant.management import connections, organizations, tickets, user_updates, users
from demo_site.tenant.management.access import by_method

urlpatterns = [
    path("users/<str:user_id>", by_method(GET=users.read, PATCH=user_updates.update)),
    path("users-by-email", users.by_email),
    path("connections", connections.read_all),
    path("connections/<str:connection_id>", connections.read),
    path("organizations/<str:organization_id>", organizations.read),
    path("organizations/<str:organization_id>/members", organizations.add_members),
    path("tickets/password-change", tickets.password_change),
]
