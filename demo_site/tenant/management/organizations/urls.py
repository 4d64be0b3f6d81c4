"""Addresses under /api/v2/organizations."""

from django.urls import path

from demo_site.tenant.management.access import by_method
from demo_site.tenant.management.organizations import connections, invitations, members, views

urlpatterns = [
    path("", by_method(GET=views.read_all, POST=views.create)),
    path("/name/<str:name>", views.read_by_name),
    path("/<str:organization_id>", by_method(GET=views.read, PATCH=views.update, DELETE=views.delete)),
    path(
        "/<str:organization_id>/members",
        by_method(GET=members.read_all, POST=members.add, DELETE=members.remove),
    ),
    path(
        "/<str:organization_id>/enabled_connections",
        by_method(GET=connections.read_all, POST=connections.add),
    ),
    path(
        "/<str:organization_id>/enabled_connections/<str:connection_id>",
        by_method(GET=connections.read, PATCH=connections.update, DELETE=connections.remove),
    ),
    path("/<str:organization_id>/invitations", by_method(GET=invitations.read_all, POST=invitations.create)),
    path(
        "/<str:organization_id>/invitations/<str:invitation_id>",
        by_method(GET=invitations.read, DELETE=invitations.delete),
    ),
]
