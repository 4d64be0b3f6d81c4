"""What has to stand around the package: middleware, backend, pipeline, cookies, times, databases, the site's CSP."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Caution
from django.utils.module_loading import import_string

from ..conf import BACKEND, BACKEND_NAME, conf
from ..exceptions import ConfigurationError
from ..pipeline import PIPELINE
from ..services.verification import verifier_class

MIDDLEWARE = "auth0_password.middleware.PasswordResetMiddleware"
AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
FROM_CACHE = "django.middleware.cache.FetchFromCacheMiddleware"
LOGIN_REQUIRED = "django.contrib.auth.middleware.LoginRequiredMiddleware"
SMTP = "django.core.mail.backends.smtp.EmailBackend"
BY_EMAIL = "social_core.pipeline.social_auth.associate_by_email"


def _middleware() -> Iterator[CheckMessage]:
    installed = list(settings.MIDDLEWARE)
    if MIDDLEWARE not in installed:
        yield Error(
            "PasswordResetMiddleware is missing: nobody is held back.",
            hint=f"Put {MIDDLEWARE!r} right after {AUTHENTICATION!r} in MIDDLEWARE.",
            id="auth0_password.E004",
        )
        return
    place = installed.index(MIDDLEWARE)
    yield from _order(before=installed[:place], after=installed[place:])


def _order(*, before: list[str], after: list[str]) -> Iterator[CheckMessage]:
    if AUTHENTICATION not in before:
        yield Error(
            "PasswordResetMiddleware needs the user that AuthenticationMiddleware loads.",
            hint=f"Put it right after {AUTHENTICATION!r} in MIDDLEWARE.",
            id="auth0_password.E005",
        )
    if FROM_CACHE in before:
        yield Error(
            "FetchFromCacheMiddleware answers before PasswordResetMiddleware is asked: from the cache to anybody.",
            hint="Put FetchFromCacheMiddleware last, as Django's documentation has it.",
            id="auth0_password.E012",
        )
    if LOGIN_REQUIRED in after:
        yield Caution(
            "PasswordResetMiddleware stands before LoginRequiredMiddleware, which looks at every page's user.",
            hint="Put it after LoginRequiredMiddleware, or public pages are closed to blocked users.",
            id="auth0_password.W002",
        )


def _backend() -> Iterator[CheckMessage]:
    if BACKEND not in settings.AUTHENTICATION_BACKENDS:
        yield Error(
            "The sign-in backend is missing.",
            hint=f"Put {BACKEND!r} into AUTHENTICATION_BACKENDS in place of social-auth's own Auth0 backend.",
            id="auth0_password.E006",
        )


def _other_backends() -> Iterator[CheckMessage]:
    for path in settings.AUTHENTICATION_BACKENDS:
        if path != BACKEND and getattr(import_string(path), "name", "") == BACKEND_NAME:
            yield Caution(
                f"{path} is called {BACKEND_NAME!r} too: social-auth uses whichever it finds last.",
                hint="Remove it; ours takes over its users.",
                id="auth0_password.W005",
            )


def _pipeline() -> Iterator[CheckMessage]:
    steps = getattr(settings, "SOCIAL_AUTH_AUTH0_PIPELINE", getattr(settings, "SOCIAL_AUTH_PIPELINE", ()))
    if BY_EMAIL in steps:
        yield Error(
            "The sign-in pipeline links accounts by e-mail address.",
            hint="Remove associate_by_email: an address at another connection proves nothing about this account.",
            id="auth0_password.E007",
        )
    missing = [step for step in PIPELINE if step.startswith("auth0_password.") and step not in steps]
    if missing:
        yield Caution(
            f"The sign-in pipeline lacks {', '.join(missing)}.",
            hint="Set SOCIAL_AUTH_AUTH0_PIPELINE = auth0_password.pipeline.PIPELINE (add your own steps to it).",
            id="auth0_password.W001",
        )


def _cookies_and_times() -> Iterator[CheckMessage]:
    if settings.SESSION_COOKIE_SAMESITE == "Strict":
        yield Error(
            'SESSION_COOKIE_SAMESITE = "Strict" keeps the session from the callback that comes from Auth0.',
            hint='Use "Lax".',
            id="auth0_password.E008",
        )
    if not settings.USE_TZ:
        yield Error(
            "USE_TZ is off: times cannot be compared with Auth0's.",
            hint="Set USE_TZ = True.",
            id="auth0_password.E009",
        )


def _databases() -> Iterator[CheckMessage]:
    for alias, database in settings.DATABASES.items():
        immediate = database.get("OPTIONS", {}).get("transaction_mode") == "IMMEDIATE"
        if database.get("ENGINE", "").endswith("sqlite3") and not immediate:
            yield Caution(
                f"The SQLite database {alias!r} upgrades its locks: of two sign-ins at once one may have to wait.",
                hint='Set "OPTIONS": {"transaction_mode": "IMMEDIATE"}.',
                id="auth0_password.W003",
            )


def content_security_policy() -> Iterator[CheckMessage]:
    """Django's own `SECURE_CSP`, and django-csp's setting. Browsers apply form-action to what follows a form; the
    verifier's page goes back to the host that the flow uses."""
    hosts = (conf.DOMAIN, conf.CUSTOM_DOMAIN if conf.RESET_VERIFIER else None)
    django_csp = getattr(settings, "CONTENT_SECURITY_POLICY", None) or {}
    for policy in (getattr(settings, "SECURE_CSP", None) or {}, django_csp.get("DIRECTIVES", {})):
        allowed = policy.get("form-action")
        for host in filter(None, hosts):
            if allowed is None or {"*", "https:", host.url, host.host} & set(allowed):
                continue
            yield Caution(
                "The Content-Security-Policy's form-action does not name the tenant: browsers stop our buttons.",
                hint=f"Add {host.url} to form-action.",
                id="auth0_password.W004",
            )


def mail_timeout() -> Iterator[CheckMessage]:
    """Django waits for ever for an SMTP server that says nothing. A worker that waits has lost its lease after two
    minutes: then another sends the same mail. `MAILERS` is Django 6.1's name for the settings."""
    mailers = getattr(settings, "MAILERS", None) or {
        "default": {
            "BACKEND": getattr(settings, "EMAIL_BACKEND", SMTP),
            "OPTIONS": {"timeout": getattr(settings, "EMAIL_TIMEOUT", None)},
        }
    }
    mailer = mailers.get("default", {})
    if conf.SITE_URL and mailer.get("BACKEND", SMTP) == SMTP and mailer.get("OPTIONS", {}).get("timeout") is None:
        yield Caution(
            "The site waits for ever for a mail server that does not answer.",
            hint="Set EMAIL_TIMEOUT = 10 (with MAILERS: the option timeout).",
            id="auth0_password.W006",
        )


def told_of_disputes() -> Iterator[CheckMessage]:
    """The page "this was not me" says that the people who run the site know of it."""
    if conf.SITE_URL and not settings.ADMINS:
        yield Caution(
            "ADMINS is empty: nobody is told when a user says that a new password was not theirs.",
            hint="Set ADMINS to whoever looks after accounts.",
            id="auth0_password.W007",
        )


def handover() -> Iterator[CheckMessage]:
    """A hand-over says which site it is for; the site has to know its own name."""
    if conf.HANDOVER_SECRET and not conf.SITE_URL:
        yield Error(
            "HANDOVER_SECRET stands without SITE_URL: the site takes nobody over from the tenant's Action.",
            hint="Set SITE_URL in AUTH0_PASSWORD; what the Action signs names it.",
            id="auth0_password.E016",
        )


def reset_verifier() -> Iterator[CheckMessage]:
    """`RESET_VERIFIER` and `VERIFIER_SECRET` make one page, and only together."""
    if bool(conf.RESET_VERIFIER) != bool(conf.VERIFIER_SECRET):
        yield Error(
            "RESET_VERIFIER and VERIFIER_SECRET go together: one alone makes no page for the tenant's Action.",
            hint="Set both in AUTH0_PASSWORD, or neither.",
            id="auth0_password.E015",
        )
    try:
        if conf.RESET_VERIFIER:
            verifier_class()
    except ConfigurationError as error:
        yield Error(
            str(error),
            hint="Name a subclass of auth0_password.services.verification.Verifier.",
            id="auth0_password.E015",
        )


SURROUNDINGS: tuple[Callable[[], Iterator[CheckMessage]], ...] = (
    _middleware,
    _backend,
    _other_backends,
    _pipeline,
    _cookies_and_times,
    _databases,
)
