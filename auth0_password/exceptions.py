"""The error tree. Each class is also the Django type whose handling it wants.

Auth0PasswordError
├── ConfigurationError          (ImproperlyConfigured)  a setting is missing or wrong
├── PasswordResetRequired       (PermissionDenied)      a blocked user reached something that is closed
├── ConflictError                                       others kept writing the same row
├── MailServerError                                     this site's mail server did not take a mail
├── NotGenuineError                                     a push or a token that Auth0 did not send to us
│   └── HandoverError                                   a hand-over that is not genuine, too old, or was used
├── DeploymentError                                     a tenant cannot be set up as it is; the text says why
├── VerifierError                                       the site's own verifier failed: nobody was let through
├── GatewayError                                        Auth0 did not give an answer that we can use
│   ├── GatewayUnavailableError                         no answer: time-out, connection refused, 5xx
│   │   ├── ThrottledError                              429, or our own pace: nothing happened
│   │   └── UnknownOutcomeError                         a change was sent; whether it happened is not known
│   ├── GatewayRefusedError                             401 or 403: our client may not do this
│   │   ├── VerificationRequiredError                   bot detection wants to see a browser
│   │   └── SetUpRefusedError                           a call that sets up a tenant was declined; says why
│   ├── UnexpectedAnswerError                           an answer that we do not understand
│   └── UnknownUserError                                404: Auth0 has no such user
└── RefusedError                                        a verb declined, and changed nothing
    ├── NoPasswordHereError                             this user's password lives elsewhere
    ├── AccountBlockedError                             the account is blocked at Auth0
    ├── ProofMissingError                               no sign-in that is fresh enough, or it was used
    ├── MailOnlyError                                   no sign-in may authorise this change
    ├── MailOffError                                    the tenant sends no links by mail
    ├── MailRefusedError                                the mail server will never take this address
    ├── RehearsalGoneError                              a rehearsed decision cannot be confirmed any more
    ├── LimitReachedError                               too often; retry_at says when again
    ├── LinkGoneError                                   a link of ours that is too old, or damaged
    ├── ForeignLinkError                                a link that does not lead to a sign-in here
    └── AnotherPersonError                              a step for somebody else than who is signed in here
"""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ImproperlyConfigured, PermissionDenied


class Auth0PasswordError(Exception):
    """Anything that this package raises on purpose."""


class ConfigurationError(Auth0PasswordError, ImproperlyConfigured):
    """A setting is missing or wrong; the text says which one and what it should be."""


class PasswordResetRequired(Auth0PasswordError, PermissionDenied):  # noqa: N818 - a public name
    """A user who must choose a new password reached something that is closed until then."""


class ConflictError(Auth0PasswordError):
    """Others kept writing the same row, or the database was locked; nothing was written by us."""


class MailServerError(Auth0PasswordError):
    """This site's mail server did not take a mail. (Its own errors hold addresses.)"""


class NotGenuineError(Auth0PasswordError):
    """A push or a token is not what it says: not from our tenant, not for us, too old, or of another kind. The text
    names what was wrong, never what it holds."""


class HandoverError(NotGenuineError):
    """Somebody whom an Action hands over is not taken: by this token, here, now."""


class DeploymentError(Auth0PasswordError):
    """The tenant cannot be set up, or not as it is now. The text says why and what to do; it never holds a secret."""


class VerifierError(Auth0PasswordError):
    """The site's `RESET_VERIFIER` failed, or said nothing that counts: no approval. The text names its error."""


class GatewayError(Auth0PasswordError):
    """Auth0 did not give an answer that we can use. The text never holds what it answered.

    `status` is the HTTP status of its answer, None where there was none. `retry_at` is when it said that another call
    may be answered (aware, in our clock), None where it did not say.
    """

    def __init__(self, message: str, *, status: int | None = None, retry_at: datetime | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.retry_at = retry_at


class GatewayUnavailableError(GatewayError):
    """No answer, or "not now": connection refused or lost, time-out, 429, 5xx. Worth trying again."""


class ThrottledError(GatewayUnavailableError):
    """Too many calls, says Auth0 (429) or our own pace. Nothing happened; `retry_at` says when to try again."""


class UnknownOutcomeError(GatewayUnavailableError):
    """Something that changes Auth0 was sent, and no answer came that tells whether it happened.

    Never repeated blindly: read first, or do what makes a second time harmless.
    """


class GatewayRefusedError(GatewayError):
    """401 or 403: the Management client, its secret or its scopes do not allow this. For a mail also 400."""


class VerificationRequiredError(GatewayRefusedError):
    """Auth0's bot detection wants this done in a browser (`requires_verification`), such as by "Forgot password?"."""


class SetUpRefusedError(GatewayRefusedError):
    """4xx to a call that reads or sets up a tenant (not 429). `said` is Auth0's reason, which names settings of the
    tenant and never what was sent; `code` its `errorCode`, such as `feature_not_enabled`. Either may be empty."""

    def __init__(self, message: str, *, status: int, said: str = "", code: str = "") -> None:
        super().__init__(message, status=status)
        self.said = said
        self.code = code


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


class MailOffError(RefusedError):
    """The connection has "Forgot password?" switched off."""


class MailRefusedError(RefusedError):
    """The mail server will not take a mail to this address, now or later."""


class RehearsalGoneError(RefusedError):
    """The rehearsal is too old, or it was taken back: rehearse again."""


class LimitReachedError(RefusedError):
    """Done too often (`LIMITS`). `retry_at` (aware, our clock) is when it may be done again."""

    def __init__(self, message: str, *, retry_at: datetime) -> None:
        super().__init__(message)
        self.retry_at = retry_at


class LinkGoneError(RefusedError):
    """A link that this site sent is too old, damaged, or was taken back."""


class ForeignLinkError(RefusedError):
    """A link into the login route that names another sign-in service, or was opened inside another page."""


class AnotherPersonError(RefusedError):
    """This step is for one person, and another is signed in here."""
