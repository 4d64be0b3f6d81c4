"""Everything that this site wants in its tenant: from its settings and addresses alone, no network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.shortcuts import resolve_url
from django.urls import reverse

from ..conf import conf, is_loopback, parse_domain
from ..exceptions import ConfigurationError
from . import scopes
from .sources import POST_CHALLENGE, POST_CHANGE_PASSWORD, POST_LOGIN, TRIGGERS, action_code, fingerprint

FORM = "auth0-password new password"
FLOW = "auth0-password save new password"
VAULT_CONNECTION = "auth0-password form"
APPLICATION = "auth0-password form"
LOG_STREAM = "auth0-password logs"

INITIATORS = ("rp-logout", "idp-logout", "password-changed", "session-revoked", "account-deleted")
"""Endings that back-channel logout tells of. Auth0 takes no list without the first two."""


def action_name(trigger: str) -> str:
    return f"auth0-password {trigger}"


@dataclass(frozen=True, kw_only=True)
class WantedAction:
    """One Action. `config` goes into its code; `secrets`, by name, never do. `form`: its code names the form's id."""

    trigger: str
    config: dict[str, Any]
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    form: bool = False

    @property
    def name(self) -> str:
        return action_name(self.trigger)

    @property
    def trigger_version(self) -> str:
        return TRIGGERS[self.trigger]

    def code(self, *, form_id: str = "") -> str:
        fingerprints = {name: fingerprint(secret) for name, secret in self.secrets.items()}
        form = {"form": form_id} if self.form else {}
        return action_code(self.trigger, {**self.config, **form, "secrets": fingerprints})


@dataclass(frozen=True, kw_only=True)
class LogStream:
    """Where the tenant's log goes, and what it says to be let in."""

    url: str
    token: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """`unasked`: for each part that the settings do not ask for, why. What a part needs is set where it is asked."""

    login_client: str
    runtime_client: str
    runtime_scopes: frozenset[str]
    login_route: str
    logout_url: str
    back_channel_logout: str
    instructions: str
    log_stream: LogStream | None
    form: bool
    trusts_ip_header: bool
    actions: dict[str, WantedAction]
    unasked: dict[str, str]
    skipped: frozenset[str] = frozenset()

    def asks_for(self, part: str) -> bool:
        return part not in self.unasked


def wanted() -> Wanted:
    """Raises `ConfigurationError` where a setting is missing that everything depends on."""
    site = site_url()
    unasked = {part: why for part, reason in REASONS.items() if (why := _unasked(part, reason))}
    tokens = conf.LOG_STREAM_TOKEN
    return Wanted(
        login_client=conf.login_client_id,
        runtime_client=conf.MANAGEMENT_CLIENT_ID,
        runtime_scopes=scopes.runtime(),
        login_route=address("login"),
        logout_url=logout_url(site),
        back_channel_logout=address("backchannel_logout"),
        instructions=address("instructions"),
        log_stream=LogStream(url=address("hook_logs"), token=tokens[0]) if tokens else None,
        form=conf.FORCE_AT == "form",
        trusts_ip_header="form" in conf.WAYS,
        actions={trigger: make() for trigger, make in ACTIONS.items() if trigger not in unasked},
        unasked=unasked,
        skipped=conf.DEPLOY.skip,
    )


def site_url() -> str:
    if not conf.SITE_URL:
        raise ConfigurationError("AUTH0_PASSWORD['SITE_URL'] must be set: the tenant is told this site's addresses")
    return conf.SITE_URL


def address(name: str) -> str:
    """A page of ours as others reach it."""
    return site_url() + reverse(f"auth0_password:{name}")


def logout_url(site: str) -> str:
    """Where Auth0 leads back after `sign_out`: `LOGOUT_REDIRECT_URL`, else the site's root."""
    there = resolve_url(settings.LOGOUT_REDIRECT_URL or "/")
    return there if there.startswith(("https://", "http://")) else site + there


def post_login() -> WantedAction:
    mode, first_login = conf.FORCE_AT, conf.FIRST_LOGIN
    handover = {"url": address("handover"), "audience": site_url()} if conf.HANDOVER_SECRET else None
    return WantedAction(
        trigger=POST_LOGIN,
        config={
            "clients": clients(),
            "mode": mode,
            # The dotted path of a function of the site's, which no tenant can call.
            "first_login": "flagged" if "." in first_login else first_login,
            "scheme": conf.DOMAIN.scheme,
            "handover": handover,
            "instructions": address("instructions") if _mails() else None,
            "form": None,
        },
        secrets={"HANDOVER_SECRET": conf.HANDOVER_SECRET[0]} if handover else {},
        form=mode == "form" and "form" not in conf.DEPLOY.skip,
    )


def post_change_password() -> WantedAction:
    own = [(address("hook_action"), "ACTION_SECRET", conf.ACTION_SECRET[0])] if _is_told_by_actions() else []
    others = [
        (receiver.url, f"RECEIVER_{number}_SECRET", receiver.secret)
        for number, receiver in enumerate(conf.DEPLOY.receivers, start=2)
    ]
    return WantedAction(
        trigger=POST_CHANGE_PASSWORD,
        config={
            "domain": conf.DOMAIN.host,
            "receivers": [{"url": url, "secret": name} for url, name, _ in [*own, *others]],
        },
        secrets={name: secret for _, name, secret in [*own, *others]},
    )


def post_challenge() -> WantedAction:
    """Auth0 does not say which comes first, a result URL or the login route, so there is only ever one of them."""
    verifies = _verifies()
    return WantedAction(
        trigger=POST_CHALLENGE,
        config={
            "clients": clients(),
            "challenge": conf.DEPLOY.challenge,
            "verifier": {"url": address("verify")} if verifies else None,
            "result_url": address("login") if _needs_result_url() else None,
        },
        secrets={"VERIFIER_SECRET": conf.VERIFIER_SECRET[0]} if verifies else {},
    )


def clients() -> list[str]:
    return list(dict.fromkeys([conf.login_client_id, *conf.DEPLOY.clients]))


ACTIONS: dict[str, Callable[[], WantedAction]] = {
    POST_LOGIN: post_login,
    POST_CHANGE_PASSWORD: post_change_password,
    POST_CHALLENGE: post_challenge,
}


def _unasked(part: str, reason: Callable[[], str]) -> str:
    return f"DEPLOY['skip'] names {part}" if part in conf.DEPLOY.skip else reason()


def _mails() -> bool:
    """Whether the tenant mails a link to somebody and signs them out: with a form for the others, after a breach."""
    return conf.FORCE_AT in ("mail", "form")


def _verifies() -> bool:
    return bool(conf.RESET_VERIFIER and conf.VERIFIER_SECRET)


def _is_told_by_actions() -> bool:
    return bool(conf.ACTION_SECRET) and not _unreachable()


def _unreachable() -> str:
    """A tenant calls only https addresses on the internet; one on this machine calls this machine."""
    site = parse_domain(site_url())
    here = site.scheme != "https" or is_loopback(site.hostname)
    return "SITE_URL is an address that Auth0 cannot reach" if here and not is_loopback(conf.DOMAIN.hostname) else ""


def _has_login_route() -> bool:
    """Auth0 takes no other (configure-default-login-routes)."""
    site = parse_domain(site_url())
    allowed = site.scheme == "https" and not is_loopback(site.hostname)
    return allowed if conf.LOGIN_ROUTE is None else conf.LOGIN_ROUTE


def _needs_result_url() -> bool:
    return not _has_login_route() and parse_domain(site_url()).scheme == "https"


REASONS: dict[str, Callable[[], str]] = {
    "scopes": lambda: "",
    "login-route": lambda: (
        "" if _has_login_route() else "LOGIN_ROUTE, or SITE_URL is no https address on the internet"
    ),
    "logout-url": lambda: "",
    "ip-header": lambda: "" if "form" in conf.WAYS else "WAYS has no form",
    "back-channel-logout": _unreachable,
    "instructions-url": lambda: "" if _mails() else "FORCE_AT is neither mail nor form",
    "form": lambda: "" if conf.FORCE_AT == "form" else "FORCE_AT is not form",
    POST_LOGIN: lambda: "",
    POST_CHANGE_PASSWORD: lambda: (
        "" if _is_told_by_actions() or conf.DEPLOY.receivers else _unreachable() or "ACTION_SECRET is not set"
    ),
    POST_CHALLENGE: lambda: (
        "" if conf.DEPLOY.challenge or _verifies() or _needs_result_url() else "RESET_VERIFIER is not set"
    ),
    "log-stream": lambda: _unreachable() if conf.LOG_STREAM_TOKEN else "LOG_STREAM_TOKEN is not set",
}
"""For each part the setting because of which it is not asked for; empty where it is."""
