"""Only for the demonstration: seeded administrators are administrators of the site."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from demo_site import seed


def give_seeded_rights(backend: Any, uid: str, user: Any = None, **kwargs: Any) -> None:
    """Match by `sub`, never by address, and only beside the tenant that the demonstration started itself."""
    if user is None or not settings.DEMO_LOCAL_TENANT:
        return
    rights = seed.rights_of(uid)
    for field, value in rights.items():
        setattr(user, field, value)
    if rights:
        user.save(update_fields=list(rights))
