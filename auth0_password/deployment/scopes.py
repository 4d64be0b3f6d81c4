"""The scopes: of the client that deploys, by what it does, and of the site's own Management client."""

from __future__ import annotations

from ..conf import conf

DEPLOYMENT = {
    "actions": ("read:actions", "create:actions", "update:actions", "delete:actions"),
    "clients": ("read:clients", "create:clients", "update:clients", "update:client_keys", "delete:clients"),
    "client_grants": ("read:client_grants", "create:client_grants", "update:client_grants"),
    "tenant_settings": ("read:tenant_settings", "update:tenant_settings"),
    "forms": ("read:forms", "create:forms", "update:forms", "delete:forms"),
    "flows": ("read:flows", "create:flows", "update:flows", "delete:flows"),
    "flows_vault_connections": (
        "read:flows_vault_connections",
        "create:flows_vault_connections",
        "update:flows_vault_connections",
        "delete:flows_vault_connections",
    ),
    "log_streams": ("read:log_streams", "create:log_streams", "update:log_streams", "delete:log_streams"),
}
"""What the deployment client may need. `delete:…` only `--remove` does; a part that is not asked for needs nothing."""

FORM = ("read:users", "update:users", "update:users_app_metadata")
"""What the application behind the form's vault connection may do, and nothing else."""

LEAST = ("read:users", "create:user_tickets")
USEFUL = (
    "update:users_app_metadata",
    "read:connections",
    "read:connections_options",
    "read:sessions",
    "delete:sessions",
    "read:refresh_tokens",
    "delete:refresh_tokens",
)
LOG = "read:logs"


def runtime() -> frozenset[str]:
    """What the site's Management client needs, by the settings. The log is read where it is not sent."""
    return frozenset([*LEAST, *USEFUL, *(() if conf.LOG_STREAM_TOKEN else (LOG,))])
