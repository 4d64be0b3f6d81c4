"""The error tree. Each class is also the Django type whose handling it wants.

Auth0PasswordError
├── ConfigurationError          (ImproperlyConfigured)  a setting is missing or wrong
├── PasswordResetRequired       (PermissionDenied)      a blocked user reached something that is closed
├── ConflictError                                       others kept writing the same row
├── GatewayError                                        Auth0 did not give an answer that we can use
│   ├── GatewayUnavailableError                         no answer: time-out, refused, 429, 5xx
│   ├── GatewayRefusedError                             401 or 403: our client may not do this
│   ├── UnexpectedAnswerError                           an answer that we do not understand
│   └── UnknownUserError                                404: Auth0 has no such user
└── RefusedError                                        a verb declined, and changed nothing
    ├── NoPasswordHereError                             this user's password lives elsewhere
    ├── AccountBlockedError                             the account is blocked at Auth0
    └── ProofMissingError                               no sign-in that is fresh enough, or it was used
"""

from __future__ import annotations

from django.core.exceptions import ImproperlyConfigured, PermissionDenied


class Auth0PasswordError(Exception):
    """Anything that this package raises on purpose."""


class ConfigurationError(Auth0PasswordError, ImproperlyConfigured):
    """A setting is missing or wrong; the text says which one and what it should be."""


class PasswordResetRequired(Auth0PasswordError, PermissionDenied):  # noqa: N818 - a public name
    """A user who must choose a new password reached something that is closed until then."""


class ConflictError(Auth0PasswordError):
    """Others kept writing the same row, or the database was locked; nothing was written by us."""


class GatewayError(Auth0PasswordError):
    """Auth0 did not give an answer that we can use. The text never holds what it answered.

    `status` is the HTTP status of its answer, None where there was none.
    """

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class GatewayUnavailableError(GatewayError):
    """No answer, or "not now": connection refused or lost, time-out, 429, 5xx. Worth trying again."""


class GatewayRefusedError(GatewayError):
    """401 or 403: the Management client, its secret or its scopes do not allow this."""


class UnexpectedAnswerError(GatewayError):
    """An answer that is not what Auth0 documents; nothing may be concluded from it."""


class UnknownUserError(GatewayError):
    """Auth0 has no such user (any more)."""


class RefusedError(Auth0PasswordError):
    """A verb declined for a reason of ours, and changed nothing."""


class NoPasswordHereError(RefusedError):
    """This user has no password in the site's database connection."""


class AccountBlockedError(RefusedError):
    """The account is blocked at Auth0."""


class ProofMissingError(RefusedError):
    """The session has no sign-in that is fresh enough to authorise a change, or used it already."""


class MailOnlyError(RefusedError):
    """No sign-in may authorise this change (a breach, or linked identities): only a link by e-mail may."""


class ForeignLinkError(RefusedError):
    """A link into the login route that names another sign-in service, or was opened inside another page."""
