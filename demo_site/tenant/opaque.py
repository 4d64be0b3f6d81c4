"""Opaque values: cookies, codes, tickets, transaction states."""

from __future__ import annotations

import secrets
import string

ALPHABET = string.ascii_letters + string.digits
# Auth0's tickets are 32 characters long (recorded: go-auth0's TestTicketManager_ChangePassword).
LENGTH = 32
CODE_LENGTH = 6


def digits() -> str:
    return "".join(secrets.choice(string.digits) for _ in range(CODE_LENGTH))


def opaque(length: int = LENGTH) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
