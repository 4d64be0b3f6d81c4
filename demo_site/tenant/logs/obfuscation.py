"""Personal data in streamed logs, masked or hashed by a stream's ``pii_config`` (Auth0: log streams)."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

FIELDS = {
    "first_name": {"first_name", "given_name", "name"},
    "last_name": {"last_name", "family_name", "name"},
    "email": {"email"},
    "phone": {"phone", "phone_number", "old_phone_number", "new_phone_number"},
    "address": {"address"},
    "username": {"username", "user_name"},
}
MASK = "*****"


def applied(record: Json, config: Json | None) -> Json:
    """The record as it is sent, however deep its fields."""
    if not config:
        return record
    names = {name for field in config.get("log_fields", ()) for name in FIELDS[field]}
    shown: Json = _shown(record, names, masked=config.get("method", "mask") == "mask")
    return shown


def _shown(value: Any, names: set[str], *, masked: bool) -> Any:
    if isinstance(value, list):
        return [_shown(item, names, masked=masked) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: _hidden(item, masked=masked)
        if name in names and isinstance(item, str)
        else _shown(item, names, masked=masked)
        for name, item in value.items()
    }


def _hidden(text: str, *, masked: bool) -> str:
    """Auth0 hashes with xxHash, which is not in Python's library: here another hash of the same length."""
    return MASK if masked else hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
