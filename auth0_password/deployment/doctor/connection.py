"""The database connection whose passwords this site cares for."""

from __future__ import annotations

from ...conf import conf
from ...gateway.connections import options_from
from ...models import PasswordState
from ..sources import POST_CHALLENGE
from ..wanted import wanted
from .findings import Check, Verdict, error, note, ok, warning
from .patient import Json, Patient

DATABASE = "auth0"
WEAK = {"none", "low"}
SHORT = 8
MAIL_WAYS = {"email_link", "universal_login"}


def exists(patient: Patient) -> Verdict:
    found = patient.connection()
    if not found:
        return error(f"the tenant has no connection {conf.CONNECTION!r}", "Check CONNECTION: a name, not an id.")
    if found.get("strategy") != DATABASE:
        return error(f"{conf.CONNECTION!r} is no database connection", "Set CONNECTION to the one with the passwords.")
    return ok(f"the database connection is {conf.CONNECTION!r}")


def enabled(patient: Patient) -> Verdict | None:
    connection = patient.connection()
    if not connection:
        return None
    if conf.login_client_id not in clients_of(patient, connection):
        return error(
            f"{conf.CONNECTION!r} is not switched on for the login client: its users cannot sign in, nor get a mail",
            "Switch it on in the application's Connections.",
        )
    return ok("the connection is switched on for the login client")


def others(patient: Patient) -> Verdict | None:
    """Anybody may ask for a link in the name of any application that the connection is on for."""
    connection, asking = patient.connection(), wanted().actions.get(POST_CHALLENGE)
    if connection.get("strategy") != DATABASE or asking is None:
        return None
    unlisted = sorted(clients_of(patient, connection) - set(asking.config["clients"]))
    if unlisted:
        return warning(
            f"{conf.CONNECTION!r} is on for {unlisted[0]}, too: a link for a new password that is asked for in its "
            "name passes neither a second factor nor this site's verifier",
            "Name such applications in DEPLOY['clients'], or switch the connection off for them.",
        )
    return ok("links for a new password are asked for in no other application's name")


def clients_of(patient: Patient, connection: Json) -> set[str]:
    """In the connection itself, or behind an address of its own where Auth0 leaves it out there."""
    if "enabled_clients" in connection:
        return set(connection["enabled_clients"])
    answer = patient.read("read:connections", f"connections/{connection['id']}/clients", take=100) or {}
    return {one["client_id"] for one in answer.get("clients", [])}


def custom_database(patient: Patient) -> Verdict | None:
    """Such a connection has no `last_password_reset` unless its script returns one: nothing would lower a flag."""
    if not patient.connection():
        return None
    options = patient.options()
    if not options.get("enabledDatabaseCustomization"):
        return ok("the users are in Auth0's own database")
    if options.get("import_mode"):
        return note("users come from another database, and are imported as they sign in")
    if PasswordState.objects.filter(connection=conf.CONNECTION, changed_at__isnull=False).exists():
        return note("users are in a database of yours, and changes of theirs have shown")
    return error(
        "users are in a database of yours: Auth0 does not show when their passwords change, so nobody could lower "
        "a flag",
        "Import them, or have your script return last_password_reset.",
    )


def self_service(patient: Patient) -> Verdict | None:
    if not patient.connection():
        return None
    if not patient.options().get("disable_self_service_change_password"):
        return ok("“Forgot password?” is on")
    named = sorted(MAIL_WAYS & set(conf.WAYS))
    what = "the connection has “Forgot password?” switched off"
    if named:
        return error(f"{what}, and WAYS offers {' and '.join(named)}", "Switch it on, or take these ways out of WAYS.")
    return note(what)


def signup(patient: Patient) -> Verdict | None:
    if not patient.connection():
        return None
    if patient.options().get("disable_signup"):
        return ok("nobody can sign up by themselves")
    return note("anybody can sign up", "Switch sign-ups off where accounts are made by you.")


def policy(patient: Patient) -> Verdict | None:
    if not patient.connection():
        return None
    found = options_from(conf.CONNECTION, patient.options())
    words = [f"policy {found.policy}"] if found.policy else []
    words += [f"{found.min_length} characters or more"] if found.min_length else []
    words += [f"not one of the last {found.history}"] if found.history else []
    what = f"a new password: {', '.join(words) or 'no rules are set'}"
    if found.policy in WEAK or not words or (found.min_length and found.min_length < SHORT):
        return note(what, "A stronger policy counts from the next change on.")
    return ok(what)


def brute_force(patient: Patient) -> Verdict | None:
    if not patient.connection():
        return None
    if patient.options().get("brute_force_protection") is False:
        return warning("the connection is left out of brute-force protection", "Switch brute_force_protection on.")
    return ok("the connection has brute-force protection")


CHECKS = (
    Check(id="connection.exists", asks="the database connection", judge=exists),
    Check(id="connection.enabled", asks="whether the connection is on for the login client", judge=enabled),
    Check(id="connection.others", asks="which other applications the connection is on for", judge=others),
    Check(id="connection.custom_database", asks="where the users are", judge=custom_database),
    Check(id="connection.self_service", asks="“Forgot password?”", judge=self_service),
    Check(id="connection.signup", asks="whether anybody can sign up", judge=signup),
    Check(id="connection.policy", asks="the password policy", judge=policy),
    Check(id="connection.brute_force", asks="the connection's brute-force protection", judge=brute_force),
)
