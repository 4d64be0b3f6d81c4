"""The mails that the tenant sends: by what, and how long their links live."""

from __future__ import annotations

from functools import partial

from ...conf import conf
from .findings import Check, Verdict, error, note, ok, warning
from .patient import Json, Patient

RESET, RESET_BY_CODE = "reset_email", "reset_email_by_code"
DEFAULT_LIFE, DAY = 432_000, 86_400
"""Seconds: Auth0's own, and what is short enough not to ask for less."""

MAIL_WAYS = {"email_link", "universal_login"}


def provider(patient: Patient) -> Verdict:
    """Without one Auth0 sends by its test provider: few mails, from Auth0's own address, and no template of yours."""
    found = patient.read("read:email_provider", "emails/provider")
    if not found or found.get("enabled") is False:
        return warning(
            "the tenant sends mails by Auth0's test provider: few of them, which end among junk",
            "Configure a provider of yours: Branding, Email Provider.",
        )
    return ok(f"the tenant sends mails by {found.get('name')}")


def by_code(patient: Patient) -> bool:
    """Whether the connection's mail brings a code to type."""
    email = (patient.options().get("attributes") or {}).get("email") or {}
    return bool(email.get("verification_method") == "otp")


def template(name: str, patient: Patient) -> Json | None:
    """A template that was changed; None: Auth0's own, or the connection uses the other one."""
    if by_code(patient) != (name == RESET_BY_CODE):
        return None
    found: Json | None = patient.read("read:email_templates", f"email-templates/{name}")
    return found


def is_sent(name: str, patient: Patient) -> Verdict | None:
    found = template(name, patient)
    if found is None or not MAIL_WAYS & set(conf.WAYS):
        return None
    if found.get("enabled") is False:
        return error(f"the template {name} is switched off: nobody gets a mail", "Switch it on: Branding, Templates.")
    return ok(f"the template {name} is on")


def life(patient: Patient) -> Verdict | None:
    """`urlLifetimeInSeconds` of the mail with a link; Auth0's own lives five days."""
    if by_code(patient):
        return None
    found = template(RESET, patient) or {}
    seconds = found.get("urlLifetimeInSeconds", DEFAULT_LIFE)
    if not seconds:
        return warning(
            "links for a new password live 0 seconds, which Auth0 does not explain", "Set a lifetime for reset_email."
        )
    what = f"links for a new password live {in_words(seconds)}"
    if seconds > DEFAULT_LIFE:
        return warning(f"{what}: whoever reads the mailbox by then has the account", "Set one day or less.")
    if seconds > DAY:
        return note(what, "A day is enough, unless people are invited by that mail.")
    return ok(what)


def in_words(seconds: float) -> str:
    hours = seconds / 3600
    return f"{hours / 24:g} days" if hours > DAY / 3600 else f"{hours:g} hour{'' if hours == 1 else 's'}"


CHECKS = (
    Check(id="mails.provider", asks="the tenant's mail provider", judge=provider),
    Check(id="mails.reset_email", asks="the mail with a link", judge=partial(is_sent, RESET)),
    Check(id="mails.reset_email_by_code", asks="the mail with a code", judge=partial(is_sent, RESET_BY_CODE)),
    Check(id="mails.link_life", asks="how long links live", judge=life),
)
