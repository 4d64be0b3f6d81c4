"""Who calls the Management API, and what they may do there: enough, and no more."""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from ...conf import conf
from ...exceptions import GatewayRefusedError
from ..scopes import LEAST, LOG, USEFUL
from .findings import Check, Level, Verdict, error, note, ok, warning
from .patient import Patient

RUNTIME = frozenset([*LEAST, *USEFUL, LOG, "update:users", "create:users", "create:organization_members"])
"""What a site may have a use for while it runs."""

SECRETS = {"read:client_keys", "read:client_credentials", "read:log_streams"}
"""Reading these shows secrets."""


class Optional(NamedTuple):
    """What something of the site needs, and what that is."""

    name: str
    scopes: tuple[str, ...]
    needed_for: str
    level: Level = Level.NOTE


MIRROR, LOGS = "mirror", "logs"
OPTIONAL = (
    Optional(MIRROR, ("update:users_app_metadata",), "copying the flag to the tenant, for Actions", Level.WARNING),
    Optional("policy", ("read:connections", "read:connections_options"), "saying what a new password must be like"),
    Optional(LOGS, ("read:logs",), "finding changes that nobody tells the site of"),
    Optional("tokens", ("read:refresh_tokens", "delete:refresh_tokens"), "ending refresh tokens after a change"),
    Optional("sessions", ("read:sessions", "delete:sessions"), "ending sessions at Auth0 after a change (Enterprise)"),
)


def token(patient: Patient) -> Verdict:
    try:
        number = len(patient.scopes(patient.runtime))
    except GatewayRefusedError:
        return error(
            "Auth0 gives the Management client no token",
            "Check MANAGEMENT_CLIENT_ID and its secret, that it is authorised for the Management API, and "
            "that DOMAIN is the tenant's own host, not its custom domain.",
        )
    return ok(f"the Management client gets a token ({number} scopes)")


def needed(patient: Patient) -> Verdict:
    missing = sorted(set(LEAST) - patient.scopes(patient.runtime))
    if missing:
        return error(f"the Management client lacks {' and '.join(missing)}", "Grant it; nothing works without.")
    return ok("the Management client may read users and make tickets")


def reach(patient: Patient) -> Verdict:
    """A site that is broken into must not be able to change what the tenant runs."""
    foreign = patient.scopes(patient.runtime) - RUNTIME
    dangerous = sorted(name for name in foreign if name in SECRETS or not name.startswith("read:"))
    if dangerous:
        return error(
            f"the site's own client may {listed(dangerous)}",
            "Take these scopes from it. What sets the tenant up is another application, whose secret only "
            "auth0_deploy sees (AUTH0_DEPLOY_CLIENT_ID).",
        )
    if foreign:
        return note(f"the site's own client may also {listed(sorted(foreign))}", "The site has no use for them.")
    if "update:users" in patient.scopes(patient.runtime) and "form" not in conf.WAYS:
        return note(
            "the site's own client may set anybody's password (update:users)",
            "Take it away, unless your tenant wants it for the flag's copy.",
        )
    return ok("the site's own client cannot change the tenant")


def optional(wanted: Optional, patient: Patient) -> Verdict:
    missing = sorted(set(wanted.scopes) - patient.scopes(patient.runtime))
    names = " and ".join(missing or wanted.scopes)
    if not missing:
        return ok(f"{wanted.needed_for}: allowed ({names})")
    what, do = f"{wanted.needed_for}: not without {names}", f"Grant {names}."
    if wanted.name == MIRROR and conf.FORCE_AT != "site":
        return error(f"{what}; the Action will not know whom to stop", do)
    if wanted.name == LOGS and conf.LOG_STREAM_TOKEN:
        return ok("the log is not read: it is streamed")
    if wanted.name == LOGS and conf.BREACH_FROM_LOGS:
        return warning("BREACH_FROM_LOGS is on, and the site hears of no log", f"{do} Or set LOG_STREAM_TOKEN.")
    return Verdict(wanted.level, what, do)


def deploy(patient: Patient) -> Verdict | None:
    """The names of both are in the environment, or neither is."""
    if patient.deploy is None:
        return note(
            "no deployment client is named: what only it may read is not looked at",
            "Set AUTH0_DEPLOY_CLIENT_ID and AUTH0_DEPLOY_CLIENT_SECRET for this command.",
        )
    try:
        number = len(patient.scopes(patient.deploy))
    except GatewayRefusedError:
        return error("Auth0 gives the deployment client no token", "Check AUTH0_DEPLOY_CLIENT_ID and its secret.")
    return ok(f"the deployment client gets a token ({number} scopes)")


def apart(patient: Patient) -> Verdict | None:
    if patient.deploy is None:
        return None
    if patient.deploy_id in {conf.MANAGEMENT_CLIENT_ID, conf.login_client_id}:
        return error(
            "the deployment client is one of the site's own",
            "Make a machine-to-machine application of its own, whose secret the site never sees.",
        )
    return ok("the deployment client is not the site's")


def listed(names: list[str]) -> str:
    most = 6
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


CHECKS = (
    Check(id="credentials.runtime", asks="the Management client", judge=token),
    Check(id="credentials.needed_scopes", asks="the scopes that the site needs", judge=needed),
    Check(id="credentials.reach", asks="what the site's own client may do", judge=reach),
    *(
        Check(id=f"credentials.{one.name}", asks=f"the scopes for {one.needed_for}", judge=partial(optional, one))
        for one in OPTIONAL
    ),
    Check(id="credentials.deploy", asks="the deployment client", judge=deploy),
    Check(id="credentials.apart", asks="whether the clients are told apart", judge=apart),
)
