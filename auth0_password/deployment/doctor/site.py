"""This site's own settings, as far as Django's checks do not tell of them already."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.core import checks
from django.utils.module_loading import import_string

from ...conf import BACKEND_NAME, conf, is_loopback
from .findings import Check, Verdict, error, note, ok, warning
from .patient import Patient, address, setting

OURS = "auth0_password."


def django_checks(_patient: Patient) -> Verdict:
    """All of ours in one line; those for production only where the tenant is a real one."""
    deployment = not is_loopback(conf.DOMAIN.hostname)
    found = checks.run_checks(include_deployment_checks=deployment)
    ours = [one for one in found if (one.id or "").startswith(OURS) and not one.is_silenced()]
    if not ours:
        return ok("manage.py check has nothing to say about this package")
    ids = ", ".join(sorted({(one.id or "").removeprefix(OURS) for one in ours}))
    do = f"Run manage.py check{' --deploy' if deployment else ''}."
    is_error = any(one.level >= checks.ERROR for one in ours)
    return (error if is_error else warning)(f"manage.py check tells of {ids}", do)


def site_url(_patient: Patient) -> Verdict:
    if not conf.SITE_URL:
        return warning(
            "SITE_URL is not set: the site sends no mails of its own, and its addresses are not compared",
            'Set AUTH0_PASSWORD["SITE_URL"].',
        )
    if is_loopback(urlsplit(conf.SITE_URL).hostname or "") and not is_loopback(conf.DOMAIN.hostname):
        return warning(
            f"SITE_URL is {conf.SITE_URL}, which is this machine: the tenant cannot reach it",
            "Set it to the site's address on the internet; on a developer's machine leave it.",
        )
    return ok(f"the site is {conf.SITE_URL}")


def addresses(_patient: Patient) -> Verdict | None:
    if conf.SITE_URL and not address("profile"):
        return error(
            "the package's pages have no addresses",
            'Put path("account/", include("auth0_password.urls")) into your urls.',
        )
    return None


def redirect_state(_patient: Patient) -> Verdict:
    """social-auth's older backends send `callback?redirect_state=…`. Auth0 says that it compares a callback with its
    query; sites on which that works rely on what is not documented."""
    for path in setting("AUTHENTICATION_BACKENDS"):
        backend = import_string(path)
        if getattr(backend, "name", "") == BACKEND_NAME and getattr(backend, "REDIRECT_STATE", False):
            return warning(
                f"{backend.__name__} puts redirect_state into its callback, which Auth0 may refuse",
                "Use auth0_password.backends.Auth0PasswordBackend, or set REDIRECT_STATE = False in your subclass.",
            )
    return ok("callbacks are sent as the tenant knows them")


def session_cookie(_patient: Patient) -> Verdict | None:
    if urlsplit(conf.SITE_URL).scheme != "https":
        return None
    if not setting("SESSION_COOKIE_SECURE"):
        return warning("the session's cookie is sent over http as well", "Set SESSION_COOKIE_SECURE = True.")
    return ok("the session's cookie is sent over https only")


def enforce(_patient: Patient) -> Verdict:
    if conf.ENFORCE == "report":
        return note("ENFORCE is report: nobody is held back", 'Set it to "block" once the log shows the right people.')
    return ok("flagged users are held back")


CHECKS = (
    Check(id="site.checks", asks="Django's checks", judge=django_checks),
    Check(id="site.site_url", asks="SITE_URL", judge=site_url),
    Check(id="site.addresses", asks="the package's addresses", judge=addresses),
    Check(id="site.redirect_state", asks="REDIRECT_STATE", judge=redirect_state),
    Check(id="site.session_cookie", asks="the session's cookie", judge=session_cookie),
    Check(id="site.enforce", asks="ENFORCE", judge=enforce),
)
