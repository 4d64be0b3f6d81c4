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
    """The digits of one big random number: asking the system for each costs a sixth of a sign-in."""
    number, found = secrets.randbelow(len(ALPHABET) ** length), []
    for _ in range(length):
        number, digit = divmod(number, len(ALPHABET))
        found.append(ALPHABET[digit])
    return "".join(found)


def recovery_code() -> str:
    """As Auth0's look (recorded: go-auth0's TestMFAVerifyWithRecoveryCode)."""
    return "".join(secrets.choice(string.ascii_uppercase + string.digits) for _ in range(24))
