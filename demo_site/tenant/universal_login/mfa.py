"""The second factor: a one-time code, and when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import one_time_codes
from demo_site.tenant.my_account import default_policy
from demo_site.tenant.pages.rendering import page

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from demo_site.tenant.records import Client, Json, Ticket, Transaction, User
    from demo_site.tenant.state import State

PAGE = "/u/mfa-otp-challenge"
MULTI_FACTOR = "http://schemas.openid.net/pape/policies/2007/06/multi-factor"
MISSING = "Please enter a code"
WRONG = "The code you entered is invalid"


def is_asked_for(
    state: State, transaction: Transaction, user: User, *, done: bool, mfa_at: float | None = None
) -> bool:
    """Only of those who have enrolled. ``done``: in this SSO session already, which acr_values do not accept."""
    if user.otp_secret is None or user.blocked:
        return False
    stepped_up = state.plan.mfa_for_acr_values and MULTI_FACTOR in transaction.acr_values
    by_policy = default_policy.wants_factor(state, transaction.audience, transaction.issuer, mfa_at)
    return stepped_up or by_policy or (state.plan.mfa_at_login and not done)


def is_asked_for_at_reset(state: State, ticket: Ticket, browser: str) -> bool:
    """Auth0 runs the post-challenge Action only for tickets with a client_id."""
    if not state.plan.mfa_at_password_reset or state.users[ticket.user_id].otp_secret is None:
        return False
    return ticket.client_id is not None and ticket.challenged != browser


def claims(transaction: Transaction) -> Json:
    """Only in the sign-in that passed the challenge; a silent one later has none (Auth0: step-up for web apps)."""
    return {"amr": ["mfa"], "acr": MULTI_FACTOR} if transaction.mfa else {}


def refusal(user: User, code: str) -> str:
    """What is wrong with the code, if anything."""
    if not code.strip():
        return MISSING
    return "" if one_time_codes.matches(user.otp_secret or "", code) else WRONG


def challenge(
    request: HttpRequest, user: User, fields: Json, client: Client | None, *, error: str = ""
) -> HttpResponse:
    """The page that asks; ``fields`` are the form's hidden ones. Its action is its own address."""
    context = {"fields": fields, "error": error, "code": one_time_codes.current(user.otp_secret or "")}
    return page(request, "mfa_otp_challenge.html", context, status=400 if error else 200, client=client)
