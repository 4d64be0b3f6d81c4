"""What Actions ask for: collected over a run, written at its end."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

from demo_site.tenant import factors
from demo_site.tenant.actions.ends import ASKS, DENIED, FAILED, GOES_ON, REDIRECT, End
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.forms import opening
from demo_site.tenant.management import metadata
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import identity_id

if TYPE_CHECKING:
    from demo_site.tenant.records import Json, Run
    from demo_site.tenant.state import State

VALUES = ("app_metadata", "user_metadata", "id_token", "access_token", "transaction_metadata")
LISTS = ("add_scopes", "remove_scopes")
# Of challengeWith and challengeWithAny, in one run.
MOST_COMMANDS = 4
NO_FACTOR = "None of the requested factors is enrolled"
NOT_LINKED = "The primary user does not have the identity that signed in"
TOO_MANY_COMMANDS = "More than four multifactor commands in one flow"


def take(state: State, run: Run, asked: Json) -> End:
    """How the run goes on after one Action.

    A refusal keeps what was set. A redirect or a form comes before a challenge, which is why nobody should ask for
    both at once.
    """
    _collect(state, run, asked)
    if "primary_user" in asked and not _became(state, run, asked["primary_user"]):
        return End(FAILED, NOT_LINKED)
    if "denied" in asked:
        return End(DENIED, asked["denied"])
    if run.user_id not in state.users:
        return End(FAILED, "The user does not exist any more")
    if "render" in asked:
        return opening.opened(state, run, asked)
    if "redirect" in asked:
        run.continued, run.state = True, opaque()
        return End(REDIRECT, url=with_state(asked["redirect"], run.state))
    return _challenges(state, run, asked.get("challenges", []))


def with_state(url: str, state: str) -> str:
    """``state`` is appended to any address, also to one that carries a state of its own."""
    parts = urlsplit(url)
    added = urlencode({"state": state})
    return urlunsplit(parts._replace(query=f"{parts.query}&{added}" if parts.query else added))


def last_challenge(state: State, run: Run) -> End:
    """What api.multifactor.enable puts off to the end; nothing after a challenge of the other kind."""
    wanted, run.multifactor = run.multifactor, {}
    if not wanted or wanted["provider"] == "none" or run.commands:
        return GOES_ON
    session = state.sessions.get(run.session)
    if wanted["allowRememberBrowser"] and session is not None and session.mfa:
        return GOES_ON
    return _challenges(state, run, [{"choose": False, "factors": list(factors.ALL)}])


def next_challenge(run: Run) -> Json | None:
    """What somebody must pass now; a factor passed before is not asked for again."""
    while run.challenges:
        left = [name for name in run.challenges[0]["factors"] if name not in run.passed]
        if left:
            return {**run.challenges[0], "factors": left}
        del run.challenges[0]
    return None


def write_metadata(state: State, run: Run) -> None:
    """One update of the profile, for all Actions together."""
    user = state.users.get(run.user_id)
    for name in metadata.NAMES:
        wanted = getattr(run, name)
        setattr(run, name, {})
        if wanted and user is not None:
            metadata.merge(user.profile, name, wanted)
            user.profile["updated_at"] = iso(clock.now())


def _collect(state: State, run: Run, asked: Json) -> None:
    """Whoever changes the primary user loses the metadata set in the same Action."""
    lost = metadata.NAMES if "primary_user" in asked else ()
    for name in VALUES:
        if name not in lost:
            setattr(run, name, getattr(run, name) | asked.get(name, {}))
    for name in LISTS:
        getattr(run, name).extend(asked.get(name, []))
    run.result_url = asked.get("result_url", run.result_url)
    run.multifactor = asked.get("multifactor", run.multifactor)
    _cache(state, run.trigger_id, asked.get("cache", {}))
    session = state.sessions.get(run.session)
    if session is not None:
        session.methods += [{"name": url, "timestamp": iso(clock.now())} for url in asked.get("methods", [])]
    if "revoked" in asked:
        state.sessions.pop(run.session, None)


def _became(state: State, run: Run, user_id: str) -> bool:
    """The identity that signed in must be a secondary one of the user who is to be the subject."""
    user = state.users.get(user_id)
    if user is None or run.identity not in {identity_id(identity) for identity in user.identities[1:]}:
        return False
    run.user_id = run.primary_user = user_id
    return True


def _cache(state: State, trigger: str, changes: Json) -> None:
    kept = state.action_caches.get(trigger, {}) | changes
    state.action_caches[trigger] = {key: record for key, record in kept.items() if record is not None}


def _challenges(state: State, run: Run, asked: list[Json]) -> End:
    """Factors that the tenant does not allow or the user has not enrolled are ignored; without any left it fails."""
    run.commands += len(asked)
    if run.commands > MOST_COMMANDS:
        return End(FAILED, TOO_MANY_COMMANDS)
    has = factors.enrolled(state, state.users[run.user_id])
    for wanted in asked:
        usable = [name for name in wanted["factors"] if name in has]
        if not usable:
            return End(FAILED, NO_FACTOR)
        run.challenges.append({**wanted, "factors": usable})
    return ASKS if next_challenge(run) else GOES_ON
