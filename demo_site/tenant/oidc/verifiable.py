"""Whether a callback proves who listens there: not on this machine, and not by a scheme of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from demo_site.tenant.records import Transaction
    from demo_site.tenant.state import State

SETTING = "skip_non_verifiable_callback_uri_confirmation_prompt"
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def must_be_confirmed(state: State, transaction: Transaction) -> bool:
    """By the application's setting, else the tenant's; never after another page of the same sign-in."""
    own = state.clients[transaction.client_id].settings.get(SETTING)
    skipped = state.tenant_settings.get(SETTING, True) if own is None else own
    return not skipped and transaction.id not in state.transactions and not _is_verifiable(transaction.redirect_uri)


def _is_verifiable(redirect_uri: str) -> bool:
    parts = urlsplit(redirect_uri)
    return parts.scheme in ("http", "https") and parts.hostname not in LOOPBACK
