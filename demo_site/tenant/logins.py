"""A sign-in with a password, on the hosted page or at the token endpoint: who it is, or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import passwords
from demo_site.tenant.attack_protection import breached_passwords, brute_force, suspicious_ips
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.logs import sign_ins
from demo_site.tenant.oidc.errors import invalid_grant
from demo_site.tenant.records import identity_id

if TYPE_CHECKING:
    from demo_site.tenant.attack_protection.attempts import Attempt
    from demo_site.tenant.records import Connection, User
    from demo_site.tenant.state import State


def verified(state: State, attempt: Attempt) -> User:
    """Attack protection speaks first, so that its refusals say nothing about the password."""
    brute_force.check(state, attempt)
    suspicious_ips.check(state, attempt.ip, suspicious_ips.LOGIN)
    user = named(state, attempt.connection, attempt.identifier)
    if user is None or not is_right(user, attempt.connection, attempt.password):
        sign_ins.wrong(state, attempt.connection.name, attempt.client_id, attempt.identifier, user)
        suspicious_ips.count(state, attempt.ip, suspicious_ips.LOGIN)
        brute_force.failed(state, attempt, user)
        raise invalid_grant("Wrong email or password.")
    brute_force.succeeded(state, attempt)
    breached_passwords.check_login(state, attempt, user)
    return user


def named(state: State, connection: Connection, identifier: str) -> User | None:
    """By address, or by username where the connection has them."""
    user = state.database_user(connection.name, identifier)
    if user is None and connection.options.get("requires_username"):
        return state.user_by_username(connection.name, identifier.strip())
    return user


def is_right(user: User, connection: Connection, password: str) -> bool:
    identity = user.identity_in(connection.name)
    hashes = user.password_hashes.get(identity_id(identity), []) if identity else []
    return bool(hashes) and passwords.matches(password, hashes[0])


def count(user: User, ip: str) -> None:
    """Every exchange of credentials counts, also one that Actions or a second factor then stop."""
    now = iso(clock.now())
    logins = user.profile.get("logins_count", 0) + 1
    user.profile |= {"last_login": now, "last_ip": ip, "logins_count": logins, "updated_at": now}
