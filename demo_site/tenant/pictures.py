"""The picture of somebody who has not given one."""

from __future__ import annotations

import hashlib


def gravatar(email: str) -> str:
    digest = hashlib.md5(email.lower().encode(), usedforsecurity=False).hexdigest()
    return f"https://s.gravatar.com/avatar/{digest}?s=480&r=pg"
