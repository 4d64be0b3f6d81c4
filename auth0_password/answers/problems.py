"""Pages for what went wrong: what happened, what did not, what to do, and a reference that stands in the log."""

from __future__ import annotations

import logging
import secrets
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from social_core.exceptions import (
    AuthCanceled,
    AuthInputError,
    AuthProviderError,
    AuthSessionError,
    SocialAuthBaseException,
)

from .. import exceptions
from ..services.requirements import label
from .blocked import problem, wants_page
from .redirects import next_of, private

logger = logging.getLogger("auth0_password")
security = logging.getLogger("auth0_password.security")


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A page. `action` names what its one button does: `sign_in`, `sign_in_again`, `retry`, `sign_out` or `back`."""

    status: int
    title: str | Promise
    happened: str | Promise
    advice: str | Promise
    action: str = "sign_in"
    log: logging.Logger = logger


UNAVAILABLE = Problem(
    status=503,
    title=_("We could not reach the sign-in service"),
    happened=_("Your password is as it was, and nobody was told anything."),
    advice=_("It usually comes back within minutes. Try again, or come back later: what you had started is kept."),
    action="retry",
)
STALE_PAGE = Problem(
    status=400,
    title=_("This sign-in cannot be continued"),
    happened=_("The sign-in page was open for too long, was used already, or belongs to another browser."),
    advice=_("Start again. If this page comes back every time, your browser may be refusing cookies of this site."),
    log=security,
)
NOT_GENUINE = Problem(
    status=403,
    title=_("This sign-in could not be confirmed"),
    happened=_("The answer of the sign-in service does not belong to the sign-in that you started here."),
    advice=_("Start again from this page, not from a link that somebody sent you."),
    log=security,
)
NOT_REAUTHENTICATED = Problem(
    status=403,
    title=_("You were not asked for your password again"),
    happened=_("A new password can be chosen only right after signing in, and this sign-in is older."),
    advice=_("Sign in once more: this time the sign-in service will ask who you are."),
    action="sign_in_again",
    log=security,
)
SOMEBODY_ELSE = Problem(
    status=409,
    title=_("You came back as somebody else"),
    happened=_("In this browser you are signed in as %(name)s, but at the sign-in service as another person."),
    advice=_("Sign out here first, then sign in as the person you want to be."),
    action="sign_out",
    log=security,
)
STOPPED = Problem(
    status=403,
    title=_("You are not signed in"),
    happened=_("The sign-in service did not complete the sign-in."),
    advice=_("Try again. If it goes on, tell the people who run this site."),
)
MAIL_ONLY = Problem(
    status=403,
    title=_("This needs a link by e-mail"),
    happened=_("Signing in is not enough to choose a new password for this account."),
    advice=_("Sign out, choose “Forgot password?” on the sign-in page, and use the link that arrives by e-mail."),
    action="sign_out",
)
NO_PASSWORD = Problem(
    status=403,
    title=_("Your password is not kept here"),
    happened=_("This site has no password of yours to change."),
    advice=_("Your account page says where it lives."),
    action="back",
)
ACCOUNT_BLOCKED = Problem(
    status=403,
    title=_("This account is blocked"),
    happened=_("The sign-in service has blocked this account, so no new password can be chosen."),
    advice=_("Tell the people who run this site."),
    action="sign_out",
)
UNKNOWN_USER = Problem(
    status=404,
    title=_("This account is gone"),
    happened=_("The sign-in service does not know this account any more."),
    advice=_("Tell the people who run this site."),
    action="sign_out",
)

INACTIVE = Problem(
    status=403,
    title=_("This account is not active here"),
    happened=_("You proved who you are, but this site has switched the account off."),
    advice=_("Tell the people who run this site."),
    action="sign_out",
)
UNREADABLE = Problem(
    status=503,
    title=_("We cannot check your account right now"),
    happened=_("So this page stays closed for the moment."),
    advice=_("It usually works again within minutes. Try again, or come back later."),
    action="retry",
)

FOREIGN_LINK = Problem(
    status=400,
    title=_("This link does not lead to a sign-in here"),
    happened=_("It belongs to another sign-in service, or was opened inside another page."),
    advice=_("Start from this site instead."),
    log=security,
)

OURS: dict[type[Exception], Problem] = {
    exceptions.UnknownUserError: UNKNOWN_USER,
    exceptions.GatewayError: UNAVAILABLE,
    exceptions.ConflictError: UNREADABLE,
    DatabaseError: UNREADABLE,
    exceptions.MailOnlyError: MAIL_ONLY,
    exceptions.ProofMissingError: NOT_REAUTHENTICATED,
    exceptions.NoPasswordHereError: NO_PASSWORD,
    exceptions.AccountBlockedError: ACCOUNT_BLOCKED,
    exceptions.ForeignLinkError: FOREIGN_LINK,
}
BY_CODE = {
    "not_reauthenticated": NOT_REAUTHENTICATED,
    "user_mismatch": SOMEBODY_ELSE,
    "identity_in_use": SOMEBODY_ELSE,
    "inactive_user": INACTIVE,
}
SOCIAL: dict[type[Exception], Problem] = {
    AuthSessionError: STALE_PAGE,
    AuthInputError: STALE_PAGE,
    AuthProviderError: UNAVAILABLE,
    AuthCanceled: STOPPED,
}


def problem_of(error: Exception) -> Problem | None:
    """The page for an error of ours or of social-auth; None for any other."""
    if isinstance(error, SocialAuthBaseException):
        return BY_CODE.get(error.code) or _first(SOCIAL, error) or NOT_GENUINE
    return _first(OURS, error)


def problem_page(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """Render the page for an error, or None for an error that is not ours to answer. Never shows its text."""
    found = problem_of(error)
    if found is None:
        return None
    if found is SOMEBODY_ELSE and not request.user.is_authenticated:
        found = STALE_PAGE  # nobody is signed in here any more
    kind = getattr(error, "code", None) or type(error).__name__
    return _page(request, found, f"{kind}: {_safe_text(error)}")


def unreadable(request: HttpRequest) -> HttpResponse:
    """The password state cannot be read: nobody is let through on a guess."""
    if not wants_page(request):
        return problem(status=503, title=str(UNREADABLE.title), detail=str(UNREADABLE.advice), code="unavailable")
    request.user = AnonymousUser()  # whoever it is cannot be read either
    return _page(request, UNREADABLE, "the password state cannot be read")


def _page(request: HttpRequest, found: Problem, log_text: str) -> HttpResponse:
    reference = secrets.token_hex(3)
    found.log.warning("%s %s (user %s)", reference, log_text, getattr(request.user, "pk", None))
    context = {
        "problem": found,
        "happened": str(found.happened) % {"name": label(request.user)},
        "reference": reference,
        "next": _next(request),
    }
    return private(render(request, "auth0_password/problem.html", context, status=found.status))


def _safe_text(error: Exception) -> str:
    """Our own texts hold no answers; social-auth's `detail` may, so only its public part is logged."""
    if isinstance(error, SocialAuthBaseException):
        return f"{error.stage} {error.claim or error.parameter or ''}".strip()
    return "" if isinstance(error, DatabaseError) else str(error)


def _next(request: HttpRequest) -> str:
    """Where the person wanted to be: from the form, or from the trip that failed."""
    wanted: Any = getattr(getattr(request, "backend", None), "wanted", None)
    return next_of(request) or (wanted.next if wanted else "")


def _first(table: dict[type[Exception], Problem], error: Exception) -> Problem | None:
    return next((page for kind, page in table.items() if isinstance(error, kind)), None)
