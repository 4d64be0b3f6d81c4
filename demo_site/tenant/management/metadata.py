"""How PATCH treats metadata: merged at the first level only, null removes a key, {} empties the lot."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

NAMES = ("app_metadata", "user_metadata")


def merge(profile: Json, name: str, wanted: Json) -> None:
    """Emptied app_metadata vanishes from the user, emptied user_metadata shows as {} (both recorded)."""
    merged = {**profile.get(name, {}), **wanted} if wanted else {}
    profile[name] = {key: value for key, value in merged.items() if value is not None}
    if name == "app_metadata" and not profile[name]:
        del profile[name]
