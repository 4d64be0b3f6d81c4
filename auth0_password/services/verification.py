"""What the site asks before somebody chooses a new password by a link (`RESET_VERIFIER`).

An Action of the tenant sends the browser here and takes an answer back. Only a signed "approved" lets it pass, and
only a `Verdict` makes one.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from ..conf import conf
from ..exceptions import (
    AnotherPersonError,
    ConfigurationError,
    ConflictError,
    GatewayError,
    NotGenuineError,
    RefusedError,
    VerifierError,
)
from ..gateway import SessionToken, answer_to, session_token_from
from ..models import UsedToken
from .records import retried
from .rows import rows_of
from .subjects import user_of

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser
    from django.forms import BaseForm

logger = logging.getLogger("auth0_password")
security = logging.getLogger("auth0_password.security")

ASKED, ANSWERED = "verify", "verified"
"""`purpose` of the token that comes, and of the one that goes back."""

LONGEST_STATE, LONGEST_WORDS = 2_048, 300
KEPT = timedelta(hours=2)
"""How long it is remembered that a flow was answered: Auth0 ends one after an hour (redirect-with-actions)."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Whether somebody may choose a new password. `words` tell them why not; the tenant shows them too, so they hold
    nothing that others may not read."""

    approved: bool
    words: str = ""


class Verifier:
    """Subclass it, and name the subclass in `RESET_VERIFIER`.

    One instance serves one request; `attempt` is the same on all pages of one attempt, and no other's. Whatever it
    raises is no approval.
    """

    def __init__(self, attempt: str) -> None:
        self.attempt = attempt

    def words(self, user: AbstractBaseUser) -> str:
        """What the page says above the form, or the button."""
        return ""

    def button(self, user: AbstractBaseUser) -> str:
        """The label of a button that calls `begin` before anything is asked; empty: there is none."""
        return ""

    def begin(self, user: AbstractBaseUser) -> str:
        """What that button does, such as sending a code; returns words about it. It may be pressed again."""
        return ""

    def form(self, user: AbstractBaseUser) -> type[BaseForm] | None:
        """What to ask. None: nothing."""
        return None

    def decide(self, user: AbstractBaseUser, data: Mapping[str, Any]) -> Verdict:
        """`data` is the form's `cleaned_data`. Raises `ValidationError` to ask again."""
        raise NotImplementedError

    def unknown(self) -> Verdict:
        """About somebody who has no account at this site."""
        return Verdict(approved=False, words=_("This site does not know your account."))


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """Somebody is here on the way to a new password. `user` is None for a subject that no user here has."""

    token: SessionToken
    state: str = field(repr=False)
    user: AbstractBaseUser | None
    verifier: Verifier


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the browser posts to `url`: the tenant's `/continue`, at the host that the flow uses."""

    url: str
    state: str = field(repr=False)
    token: str = field(repr=False)
    verdict: Verdict


def is_offered() -> bool:
    """Whether this site has a verifier's page."""
    return bool(conf.RESET_VERIFIER and conf.VERIFIER_SECRET)


def verifier_class() -> type[Verifier]:
    """Raises `ConfigurationError` where `RESET_VERIFIER` names no `Verifier`."""
    try:
        found = import_string(conf.RESET_VERIFIER)
    except ImportError:
        found = None
    if not isinstance(found, type) or not issubclass(found, Verifier):
        raise ConfigurationError(f"AUTH0_PASSWORD['RESET_VERIFIER']: {conf.RESET_VERIFIER!r} is no Verifier")
    return found


def open_attempt(session_token: str, state: str, *, visitor: Any) -> Attempt:
    """Whoever an Action sent here, while nothing was answered yet. `visitor` is who is signed in in this browser.

    Raises `NotGenuineError`, or `AnotherPersonError` where the visitor is somebody else.
    """
    secrets, domains = conf.VERIFIER_SECRET, conf.domains
    token = session_token_from(session_token, secrets, domains=domains, purpose=ASKED, now=timezone.now())
    if not 0 < len(state) <= LONGEST_STATE:
        raise NotGenuineError("a session token: state")
    if rows_of(UsedToken).filter(key__in=_keys(token, state)).exists():
        raise NotGenuineError("a session token: answered already")
    user = user_of(token.subject)
    if visitor.is_authenticated and (user is None or visitor.pk != user.pk):
        raise AnotherPersonError("another person is signed in in this browser")
    with no_approval():
        verifier = verifier_class()(hashlib.sha256(token.signed.encode()).hexdigest())
    return Attempt(token=token, state=state, user=user, verifier=verifier)


def page_of(attempt: Attempt) -> dict[str, Any]:
    """What the page shows: `words`, `button` and `form` (a class)."""
    user, verifier = attempt.user, attempt.verifier
    if user is None:
        return {"words": "", "button": "", "form": None}
    with no_approval():
        return {"words": verifier.words(user), "button": verifier.button(user), "form": verifier.form(user)}


def begin(attempt: Attempt) -> str:
    """Returns what to tell of it. Raises `VerifierError`, or a `RefusedError`."""
    with no_approval():
        return attempt.verifier.begin(attempt.user) if attempt.user else ""


def answer(attempt: Attempt, data: Mapping[str, Any]) -> Answer:
    """Decide, once, and sign it. Raises `ValidationError` where the person is asked again: then nothing was decided;
    `VerifierError` where the site's verifier fails, `NotGenuineError` where it was answered meanwhile."""
    verdict: Any
    with no_approval(ValidationError):
        verdict = attempt.verifier.decide(attempt.user, data) if attempt.user else attempt.verifier.unknown()
    if not isinstance(verdict, Verdict) or not isinstance(verdict.approved, bool):
        raise VerifierError("no verdict")
    _spend(attempt)
    if not verdict.approved:
        security.warning("a new password was refused by the verifier (user %s)", getattr(attempt.user, "pk", None))
    token = answer_to(
        attempt.token,
        attempt.state,
        issuer=conf.login_client_id,
        now=timezone.now(),
        purpose=ANSWERED,
        approved=verdict.approved,
        words=str(verdict.words)[:LONGEST_WORDS],
    )
    return Answer(url=f"{attempt.token.domain.url}/continue", state=attempt.state, token=token, verdict=verdict)


@contextmanager
def no_approval(*asks_again: type[Exception]) -> Iterator[None]:
    """Around the site's own classes. What has a page of its own goes on; anything else ends here, and is logged."""
    answered: tuple[type[Exception], ...] = (*asks_again, RefusedError, GatewayError, ConflictError, DatabaseError)
    try:
        yield
    except answered:
        raise
    except Exception as error:
        logger.exception("the verifier failed")
        raise VerifierError(type(error).__name__) from error


def _spend(attempt: Attempt) -> None:
    expires_at = timezone.now() + KEPT
    rows = [UsedToken(key=key, expires_at=expires_at) for key in _keys(attempt.token, attempt.state)]
    try:
        retried(lambda: rows_of(UsedToken).bulk_create(rows))
    except IntegrityError:
        raise NotGenuineError("a session token: answered already") from None


def _keys(token: SessionToken, state: str) -> list[str]:
    """A token is good for one answer, and so is a state: neither goes with another of its kind."""
    texts = (f"session token\n{token.signed}", f"state\n{token.domain.host}\n{state}")
    return [hashlib.sha256(f"verifier\n{text}".encode()).hexdigest() for text in texts]
