"""A seed: checked key by key, then planted as a fresh state."""

from __future__ import annotations

import hashlib

from demo_site.tenant import passwords
from demo_site.tenant.clock import clock, iso, seconds
from demo_site.tenant.pictures import gravatar
from demo_site.tenant.plan import Plan, PlanError, changed
from demo_site.tenant.records import Client, Connection, Json, Organization, ResourceServer, User
from demo_site.tenant.seed_format import SeedError, check
from demo_site.tenant.state import State
from demo_site.tenant.user_table import Users

__all__ = ["SeedError", "planted"]


def planted(seed: Json) -> State:
    """The state a tenant begins with; raises ``SeedError`` before anything is planted."""
    check(seed)
    connections = [_connection(item) for item in seed.get("connections", [])]
    strategies = {item.name: item.strategy for item in connections}
    users = [_user(item, strategies) for item in seed.get("users", [])]
    return State(
        connections={item.name: item for item in connections},
        clients={item["client_id"]: Client(**item) for item in seed.get("clients", [])},
        users=Users({user.user_id: user for user in users}),
        organizations={item["id"]: _organization(item, users) for item in seed.get("organizations", [])},
        plan=_plan(seed.get("plan", {})),
        custom_domain=seed.get("custom_domain"),
        tenant_settings=dict(seed.get("tenant_settings", {})),
        resource_servers={item["identifier"]: ResourceServer(**item) for item in seed.get("resource_servers", [])},
    )


def _plan(wanted: Json) -> Plan:
    try:
        return changed(Plan(), wanted)
    except PlanError as error:
        msg = f"seed: {error}"
        raise SeedError(msg) from error


def _connection(item: Json) -> Connection:
    return Connection(id=f"con_{_digest(item['name'])[:16]}", **item)


def _user(item: Json, strategies: dict[str, str]) -> User:
    fallback = f"{strategies[item['connection']]}|{_digest(item['connection'] + item.get('email', ''))[:24]}"
    main = {**item, "user_id": item.get("user_id", fallback)}
    parts = [main, *item.get("linked", [])]
    identities = [_identity(part, strategies) for part in parts]
    for identity, part in zip(identities[1:], parts[1:], strict=True):
        identity["profileData"] = _profile_data(part, item)
    return User(
        _profile(item) | {"user_id": main["user_id"], "identities": identities},
        {part["user_id"]: [passwords.hashed(part["password"])] for part in parts if "password" in part},
        otp_secret=item.get("mfa", {}).get("otp_secret"),
        recovery_code=item.get("mfa", {}).get("recovery_code"),
        site=item.get("site", {}),
        story=item.get("story", ""),
    )


def _identity(item: Json, strategies: dict[str, str]) -> Json:
    provider, _, bare_id = item["user_id"].partition("|")
    return {
        "connection": item["connection"],
        "user_id": bare_id,
        "provider": provider,
        "isSocial": strategies[item["connection"]] != "auth0",
    }


def _profile_data(linked: Json, main: Json) -> Json:
    """What a linked identity keeps of its own profile; its metadata and times are gone."""
    data = {"name": linked.get("name") or main.get("name") or linked["user_id"]}
    if "email" not in linked:
        return data
    return {"email": linked["email"], "email_verified": linked.get("email_verified", False), **data}


def _organization(item: Json, users: list[User]) -> Organization:
    """Members are named by any of their addresses."""
    wanted = set(item.get("members", []))
    members = [user.user_id for user in users if wanted & {user.address_of(part) for part in user.identities}]
    invitations = {one["ticket_id"]: one["email"] for one in item.get("invitations", [])}
    name, display_name = item["name"], item["display_name"]
    return Organization(item["id"], name, display_name, members, item.get("connections", []), invitations)


def _profile(item: Json) -> Json:
    created = item.get("last_password_reset") or iso(clock.now())
    profile: Json = {"created_at": iso(seconds(created)), "updated_at": iso(seconds(created))}
    email = item.get("email")
    if email:
        profile |= {"email": email, "email_verified": item.get("email_verified", False)}
    profile["name"] = item.get("name") or email or item["user_id"]
    profile["nickname"] = (email or profile["name"]).partition("@")[0]
    profile["picture"] = gravatar(email or "")
    if "app_metadata" in item:
        profile["app_metadata"] = item["app_metadata"]
    if "last_password_reset" in item:
        profile["last_password_reset"] = iso(seconds(item["last_password_reset"]))
    return profile


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
