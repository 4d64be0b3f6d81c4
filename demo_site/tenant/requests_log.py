"""What the tenant was asked, for tests to read: secrets are masked before anything is kept."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from demo_site.tenant.bodies import parsed
from demo_site.tenant.clock import iso

if TYPE_CHECKING:
    from demo_site.tenant.exchange import Asked
    from demo_site.tenant.records import Json

MASK = "***"
KEPT = 5_000
SECRET_KEYS = re.compile(
    r"password|secret|^code$|^code_verifier$|^otp$|recovery_code|auth_session|ticket|token|id_token_hint|assertion"
    r"|^authorization$|cookie|^fields\.",
    re.IGNORECASE,
)
SECRET_IN_URL = re.compile(
    r"(?P<name>(?:ticket|code|code_verifier|client_secret|[a-z_]*token[a-z_]*|password)=)[^&#\s]+",
    re.IGNORECASE,
)


class RequestsLog:
    def __init__(self) -> None:
        self._entries: deque[Json] = deque(maxlen=KEPT)

    def add(self, asked: Asked, status: int | None, at: float) -> None:
        """``status`` is none where the connection was dropped."""
        self._entries.append(
            {
                "method": asked.method,
                "path": asked.raw_path,
                "query": masked(_pairs(asked.query)),
                "headers": masked({name.lower(): value for name, value in asked.headers.items()}),
                "body": masked(_body(asked)),
                "status": status,
                "at": iso(at),
            }
        )

    def entries(self) -> list[Json]:
        return list(self._entries)

    def clear(self) -> None:
        self._entries.clear()


def masked(value: Any, key: str = "") -> Any:
    """The same value with every secret in it replaced, however deep."""
    if key and SECRET_KEYS.search(key) and value is not None and key != "grant_type":
        return MASK
    if isinstance(value, dict):
        return {name: masked(item, str(name)) for name, item in value.items()}
    if isinstance(value, list):
        return [masked(item) for item in value]
    return SECRET_IN_URL.sub(rf"\g<name>{MASK}", value) if isinstance(value, str) else value


def _pairs(query: str) -> dict[str, Any]:
    """Name to value; a name sent several times to the list of its values."""
    pairs: dict[str, Any] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        earlier = pairs.get(name)
        pairs[name] = value if earlier is None else [*([earlier] if isinstance(earlier, str) else earlier), value]
    return pairs


def _body(asked: Asked) -> Any:
    if not asked.body:
        return None
    text = asked.body.decode("utf-8", "replace")
    kind = asked.headers.get("Content-Type", "")
    if "json" in kind:
        try:
            return parsed(text)
        except ValueError:
            return text
    return _pairs(text) if "form-urlencoded" in kind else text


requests_log = RequestsLog()
