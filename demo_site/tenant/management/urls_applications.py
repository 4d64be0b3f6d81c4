"""Applications, connections, and what the tenant is set up with."""

from django.urls import path

from demo_site.tenant.management import (
    client_grants,
    clients,
    connection_changes,
    connections,
    email_templates,
    tenant_settings,
)
from demo_site.tenant.management.access import by_method
from demo_site.tenant.management.documents import kinds
from demo_site.tenant.management.documents.views import addresses

urlpatterns = [
    path("clients", by_method(GET=clients.read_all, POST=clients.create)),
    path(
        "clients/<str:client_id>",
        by_method(GET=clients.read, PATCH=clients.update, DELETE=clients.delete),
    ),
    path("clients/<str:client_id>/rotate-secret", clients.rotate_secret),
    path("clients/<str:client_id>/connections", clients.read_connections),
    path("client-grants", by_method(GET=client_grants.read_all, POST=client_grants.create)),
    path(
        "client-grants/<str:grant_id>",
        by_method(GET=client_grants.read, PATCH=client_grants.update, DELETE=client_grants.delete),
    ),
    path("connections", by_method(GET=connections.read_all, POST=connection_changes.create)),
    path(
        "connections/<str:connection_id>",
        by_method(GET=connections.read, PATCH=connection_changes.update, DELETE=connection_changes.delete),
    ),
    path(
        "connections/<str:connection_id>/clients",
        by_method(GET=connections.read_clients, PATCH=connections.update_clients),
    ),
    path(
        "emails/provider",
        by_method(
            GET=email_templates.read_provider,
            POST=email_templates.create_provider,
            PATCH=email_templates.update_provider,
            DELETE=email_templates.delete_provider,
        ),
    ),
    path("email-templates", email_templates.create),
    path(
        "email-templates/<str:name>",
        by_method(GET=email_templates.read, PUT=email_templates.replace, PATCH=email_templates.update),
    ),
    path("tenants/settings", by_method(GET=tenant_settings.read, PATCH=tenant_settings.update)),
    *addresses("forms", kinds.FORMS),
    *addresses("flows/vault/connections", kinds.VAULT_CONNECTIONS),
    *addresses("flows", kinds.FLOWS),
]
