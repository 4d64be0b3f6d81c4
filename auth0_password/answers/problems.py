"""Which of our pages answers which error."""

from __future__ import annotations

from django.db import DatabaseError
from social_core.exceptions import (
    AuthCanceled,
    AuthConfigurationError,
    AuthCredentialError,
    AuthInputError,
    AuthProviderError,
    AuthSessionError,
    SocialAuthBaseException,
)

from .. import exceptions
from .problem_texts import (
    ACCOUNT_BLOCKED,
    ANOTHER_ORGANIZATION,
    ANOTHER_PERSON,
    BUSY,
    CLOCKS,
    FOREIGN_LINK,
    INACTIVE,
    LINK_GONE,
    MAIL_FROM_THERE,
    MAIL_OFF,
    MAIL_ONLY,
    NO_PASSWORD,
    NOT_ALLOWED,
    NOT_GENUINE,
    NOT_HEARD,
    NOT_REAUTHENTICATED,
    NOT_TO_BE_VERIFIED,
    SOMEBODY_ELSE,
    STALE_PAGE,
    STILL_NOT_ASKED,
    STOPPED,
    TOO_OFTEN,
    UNAVAILABLE,
    UNKNOWN_USER,
    UNREADABLE,
    VERIFIER_FAILED,
    Problem,
)

OURS: dict[type[Exception], Problem] = {
    exceptions.UnknownUserError: UNKNOWN_USER,
    exceptions.UnknownOutcomeError: NOT_HEARD,
    exceptions.ThrottledError: BUSY,
    exceptions.VerificationRequiredError: MAIL_FROM_THERE,
    exceptions.GatewayRefusedError: NOT_ALLOWED,
    exceptions.GatewayError: UNAVAILABLE,
    exceptions.ConflictError: UNREADABLE,
    DatabaseError: UNREADABLE,
    exceptions.MailOnlyError: MAIL_ONLY,
    exceptions.ProofMissingError: NOT_REAUTHENTICATED,
    exceptions.NoPasswordHereError: NO_PASSWORD,
    exceptions.AccountBlockedError: ACCOUNT_BLOCKED,
    exceptions.ForeignLinkError: FOREIGN_LINK,
    exceptions.LimitReachedError: TOO_OFTEN,
    exceptions.MailOffError: MAIL_OFF,
    exceptions.LinkGoneError: LINK_GONE,
    exceptions.AnotherPersonError: ANOTHER_PERSON,
    exceptions.HandoverError: STALE_PAGE,
    exceptions.NotGenuineError: NOT_TO_BE_VERIFIED,
    exceptions.VerifierError: VERIFIER_FAILED,
}
BY_CODE = {
    "not_reauthenticated": NOT_REAUTHENTICATED,
    "not_reauthenticated_again": STILL_NOT_ASKED,
    "user_mismatch": SOMEBODY_ELSE,
    "identity_in_use": SOMEBODY_ELSE,
    "inactive_user": INACTIVE,
    "another_organization": ANOTHER_ORGANIZATION,
    "malformed_response": UNAVAILABLE,
    "rate_limited": BUSY,
    "response_expired": CLOCKS,
    "response_not_yet_valid": CLOCKS,
}
NO_TOKEN = {"access_token", "id_token"}
"""Claims, as social-auth calls them, without which an answer is none."""

SOCIAL: dict[type[Exception], Problem] = {
    AuthSessionError: STALE_PAGE,
    AuthInputError: STALE_PAGE,
    AuthCredentialError: STALE_PAGE,
    AuthConfigurationError: NOT_ALLOWED,
    AuthProviderError: UNAVAILABLE,
    AuthCanceled: STOPPED,
}


def problem_of(error: Exception) -> Problem | None:
    """The page for an error of ours or of social-auth; None for any other."""
    if isinstance(error, SocialAuthBaseException):
        if error.code == "missing_claim" and error.claim in NO_TOKEN:
            return UNAVAILABLE
        return BY_CODE.get(error.code) or _first(SOCIAL, error) or NOT_GENUINE
    return _first(OURS, error)


def _first(table: dict[type[Exception], Problem], error: Exception) -> Problem | None:
    return next((page for kind, page in table.items() if isinstance(error, kind)), None)
