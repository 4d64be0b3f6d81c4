"""The tenant as a whole: whether it answers, its clock, its keys and hosts, its settings, its protection."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus

from ...conf import Domain, conf
from ...exceptions import GatewayUnavailableError
from .findings import Check, Verdict, error, note, ok, warning
from .patient import Patient, address

WELL_KNOWN = "/.well-known"
OFF, FAR_OFF = timedelta(seconds=10), timedelta(seconds=60)
"""Sign-ins are refused beyond the second (the backend's leeway)."""

LONG_SESSION = 24 * 30
"""Hours."""


def answers(patient: Patient) -> Verdict:
    try:
        answer = patient.page(f"{conf.DOMAIN.url}{WELL_KNOWN}/openid-configuration")
    except GatewayUnavailableError as lost:
        return error(f"the tenant does not answer ({lost})", f"Check DOMAIN ({conf.DOMAIN}), and the way there.")
    if answer.status != HTTPStatus.OK or not isinstance(answer.body, dict):
        return error(f"{conf.DOMAIN} is no Auth0 tenant (status {answer.status})", "Check DOMAIN.")
    if answer.body.get("issuer") != conf.DOMAIN.issuer:
        return error(
            f"{conf.DOMAIN} calls itself {answer.body.get('issuer')}",
            "Set DOMAIN to the tenant's own host, as its issuer has it.",
        )
    return ok(f"{conf.DOMAIN} answers, and is who it says")


def clock(patient: Patient) -> Verdict | None:
    offset = patient.page(f"{conf.DOMAIN.url}{WELL_KNOWN}/openid-configuration").clock_offset
    if offset is None:
        return note("the tenant does not say what time it is")
    seconds = round(offset.total_seconds())
    if abs(offset) <= OFF:
        return ok("this machine's clock and Auth0's are in step")
    what = f"this machine's clock is {abs(seconds)} s {'behind' if seconds > 0 else 'ahead of'} Auth0's"
    do = "Have the clock set by NTP."
    return error(f"{what}: sign-ins are refused", do) if abs(offset) >= FAR_OFF else warning(what, do)


def keys(patient: Patient) -> Verdict:
    answer = patient.page(f"{conf.DOMAIN.url}{WELL_KNOWN}/jwks.json")
    found = answer.body.get("keys") if isinstance(answer.body, dict) else None
    usable = [key for key in found or [] if isinstance(key, dict) and key.get("kty") == "RSA" and key.get("kid")]
    if answer.status != HTTPStatus.OK or not usable:
        return error(
            f"the tenant's keys cannot be read (status {answer.status})",
            "Nobody can sign in: see that /.well-known/jwks.json is not blocked on the way.",
        )
    return ok(f"the tenant's keys can be read ({len(usable)})")


def custom_domain(patient: Patient) -> Verdict | None:
    """As it presents itself, for whoever may not read the list of them."""
    domain: Domain | None = conf.CUSTOM_DOMAIN
    if domain is None:
        return None
    try:
        answer = patient.page(f"{domain.url}{WELL_KNOWN}/openid-configuration")
    except GatewayUnavailableError as lost:
        return error(f"the custom domain does not answer ({lost})", "Check CUSTOM_DOMAIN, and its DNS.")
    issuer = answer.body.get("issuer") if isinstance(answer.body, dict) else None
    if issuer != domain.issuer:
        return error(f"{domain} is no host of a tenant (status {answer.status})", "Check CUSTOM_DOMAIN.")
    return ok(f"{domain} answers as a tenant's host")


def custom_domains(patient: Patient) -> Verdict | None:
    """GET /api/v2/custom-domains: `[{"domain", "status", …}]`."""
    found = patient.read("read:custom_domains", "custom-domains")
    if found is None:
        return None
    ready = sorted(one["domain"] for one in found if one.get("status") == "ready")
    if conf.CUSTOM_DOMAIN and conf.CUSTOM_DOMAIN.host not in ready:
        return error(f"the tenant has no custom domain {conf.CUSTOM_DOMAIN} that is ready", "Check CUSTOM_DOMAIN.")
    if ready and not conf.CUSTOM_DOMAIN:
        return warning(
            f"the tenant has a custom domain that the site does not know ({ready[0]})",
            "Set CUSTOM_DOMAIN: what the tenant sends may name that host.",
        )
    return ok(f"custom domains: {', '.join(ready) or 'none'}")


def session_lifetime(patient: Patient) -> Verdict:
    settings = patient.tenant_settings()
    hours, idle = settings.get("session_lifetime"), settings.get("idle_session_lifetime")
    if hours is None:
        return note("the tenant does not say how long its sessions live")
    what = f"sessions at Auth0 live {hours:g} hours" + (f", {idle:g} when idle" if idle is not None else "")
    if hours > LONG_SESSION:
        return note(what, "Whoever has one signs in without a password: a shorter time ends it earlier.")
    return ok(what)


def allowed_logout_urls(patient: Patient) -> Verdict | None:
    """Whoever got a mail is led through `/v2/logout` without a client id, where the tenant's own list counts."""
    instructions = address("instructions")
    if conf.FORCE_AT not in ("mail", "form") or not instructions:
        return None
    if instructions not in (patient.tenant_settings().get("allowed_logout_urls") or []):
        return error(
            "the tenant's allowed logout URLs lack the page with instructions: users are left on an error page",
            f"Add {instructions} to the tenant's (not the application's) Allowed Logout URLs.",
        )
    return ok("the tenant's allowed logout URLs have the page with instructions")


def brute_force(patient: Patient) -> Verdict:
    shield = patient.read("read:attack_protection", "attack-protection/brute-force-protection") or {}
    if not shield.get("enabled") or "block" not in shield.get("shields", []):
        return warning("brute-force protection does not block", "Switch it on: Security, Attack Protection.")
    return ok("brute-force protection blocks")


def breached_passwords(patient: Patient) -> Verdict:
    shield = patient.read("read:attack_protection", "attack-protection/breached-password-detection") or {}
    if shield.get("enabled"):
        return ok("breached passwords are noticed")
    if conf.BREACH_FROM_LOGS:
        return warning(
            "BREACH_FROM_LOGS is on, and the tenant does not look for breached passwords",
            "Switch breached password detection on: Security, Attack Protection.",
        )
    return note("breached passwords are not noticed", "Breached password detection is part of some plans.")


CHECKS = (
    Check(id="tenant.answers", asks="whether the tenant answers", judge=answers),
    Check(id="tenant.clock", asks="the tenant's clock", judge=clock),
    Check(id="tenant.keys", asks="the tenant's keys", judge=keys),
    Check(id="tenant.custom_domain", asks="the custom domain", judge=custom_domain),
    Check(id="tenant.custom_domains", asks="the tenant's custom domains", judge=custom_domains),
    Check(id="tenant.session_lifetime", asks="how long sessions at Auth0 live", judge=session_lifetime),
    Check(id="tenant.allowed_logout_urls", asks="the tenant's allowed logout URLs", judge=allowed_logout_urls),
    Check(id="tenant.brute_force", asks="brute-force protection", judge=brute_force),
    Check(id="tenant.breached_passwords", asks="breached password detection", judge=breached_passwords),
)
