"""Second factors that an Action asks for, at sign-in and before a new password: a page for each, and a choice."""

from __future__ import annotations

import hmac
import secrets
import string
from dataclasses import dataclass
from typing import TYPE_CHECKING

from demo_site.tenant import mailbox, one_time_codes
from demo_site.tenant.actions import effects, ends
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.factors import EMAIL, OTP, RECOVERY_CODE
from demo_site.tenant.opaque import digits
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.actions.ends import End
    from demo_site.tenant.records import Client, Json, Run, Session, Ticket, Transaction, User
    from demo_site.tenant.state import State

PAGES = {OTP: "mfa-otp-challenge", EMAIL: "mfa-email-challenge", RECOVERY_CODE: "mfa-recovery-code-challenge"}
CHOICE = "mfa-login-options"
FORM = "form"
NAMES = {OTP: "One-time password application", EMAIL: "E-mail", RECOVERY_CODE: "Recovery code"}
MISSING = "Please enter a code"
WRONG = "The code you entered is invalid"
GONE = "This page is not known here any more."
RECOVERY_ALPHABET = string.ascii_uppercase + string.digits
RECOVERY_LENGTH = 24


@dataclass(frozen=True)
class Place:
    """Where somebody is asked: below which address, and with which parameter the page is found again."""

    root: str
    name: str
    id: str
    client: Client | None

    def address(self, page_name: str) -> str:
        return f"{self.root}{page_name}?{self.name}={self.id}"


def at_sign_in(state: State, transaction: Transaction) -> Place:
    return Place("/u/", "state", transaction.id, state.clients.get(transaction.client_id))


def at_reset(state: State, ticket: Ticket) -> Place:
    return Place("/u/reset-password/", "ticket", ticket.id, state.clients.get(ticket.client_id or ""))


def waiting(state: State, subject: str, browser: str) -> Run | None:
    """The browser's run that waits at a page for a factor."""
    found = (run for run in state.runs.values() if (run.subject, run.browser) == (subject, browser))
    return next((run for run in found if run.challenges), None)


def next_page(end: End, run: Run, place: Place) -> str:
    """Where somebody goes for what the Actions wait for."""
    if end.kind == ends.FORM:
        return place.address(FORM)
    return end.url if end.kind == ends.REDIRECT else page_of(run, place)


def page_of(run: Run, place: Place) -> str:
    """The first factor's page, or the choice where an Action leaves it to the user."""
    wanted = _wanted(run)
    several = wanted["choose"] and len(wanted["factors"]) > 1
    return place.address(CHOICE if several else PAGES[wanted["factors"][0]])


def choice(request: HttpRequest, run: Run, place: Place) -> HttpResponse:
    return page(request, "mfa_login_options.html", {"factors": _links(_wanted(run), place)}, client=place.client)


def ask(request: HttpRequest, state: State, run: Run, place: Place, factor: str) -> HttpResponse | None:
    """The page of one factor; none once it is passed."""
    user = state.users.get(run.user_id)
    if user is None or factor not in _wanted(run)["factors"]:
        raise PageError(400, "invalid_request", GONE)
    if request.method == "GET" or "resend" in request.POST:
        _prepare(state, run, user, factor, again="resend" in request.POST)
        return _page(request, run, user, place, factor)
    if not (run.recovered and factor == RECOVERY_CODE):
        error = _refusal(run, user, factor, request.POST.get("code", ""))
        if error:
            return _page(request, run, user, place, factor, error=error)
        if factor == RECOVERY_CODE:
            return _renewed(request, run, user, place)
    _pass(run, factor)
    return None


def method_of(factor: str) -> Json:
    """The entry in event.authentication.methods."""
    return {"name": "mfa", "type": factor, "timestamp": iso(clock.now())}


def note(session: Session, factor: str) -> None:
    """A session in which a factor was passed just now."""
    session.mfa, session.mfa_at = True, clock.now()
    session.methods.append(method_of(factor))


def _wanted(run: Run) -> Json:
    wanted = effects.next_challenge(run)
    if wanted is None:
        raise PageError(400, "invalid_request", GONE)
    return wanted


def _pass(run: Run, factor: str) -> None:
    del run.challenges[0]
    run.passed.append(factor)
    run.email_code, run.recovered = "", False


def _prepare(state: State, run: Run, user: User, factor: str, *, again: bool) -> None:
    if factor == EMAIL and user.email and (again or not run.email_code):
        run.email_code = digits()
        mailbox.deliver(state, user.email, "mfa_oob_code", "Your verification code", code=run.email_code)


def _refusal(run: Run, user: User, factor: str, sent: str) -> str:
    code = "".join(sent.split())
    if not code:
        return MISSING
    if factor == OTP:
        return "" if one_time_codes.matches(user.otp_secret or "", code) else WRONG
    right = run.email_code if factor == EMAIL else user.recovery_code or ""
    given = code if factor == EMAIL else code.replace("-", "").upper()
    return "" if right and hmac.compare_digest(given.encode(), right.encode()) else WRONG


def _renewed(request: HttpRequest, run: Run, user: User, place: Place) -> HttpResponse:
    """A recovery code is good for once; the next one is shown."""
    user.recovery_code = "".join(secrets.choice(RECOVERY_ALPHABET) for _ in range(RECOVERY_LENGTH))
    run.recovered = True
    context = {"fields": {place.name: place.id}, "code": user.recovery_code}
    return page(request, "mfa_recovery_code_new.html", context, client=place.client)


def _page(  # noqa: PLR0913, PLR0917 - who is asked for what, and where
    request: HttpRequest, run: Run, user: User, place: Place, factor: str, error: str = ""
) -> HttpResponse:
    wanted = _wanted(run)
    others = {**wanted, "factors": [name for name in wanted["factors"] if name != factor]}
    context = {
        "fields": {place.name: place.id},
        "others": _links(others, place),
        "error": error,
        "code": one_time_codes.current(user.otp_secret) if user.otp_secret else "",
        "email": user.email,
    }
    template = f"{PAGES[factor].replace('-', '_')}.html"
    return page(request, template, context, status=400 if error else 200, client=place.client)


def _links(wanted: Json, place: Place) -> list[Json]:
    return [{"name": NAMES[factor], "url": place.address(PAGES[factor])} for factor in wanted["factors"]]
