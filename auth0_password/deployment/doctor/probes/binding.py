"""Actions of the probe: built, deployed, bound last. They act for the probe's own applications and users only."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from ...parts.actions import RUNTIME
from ...parts.bindings import kept, reference
from ...sources import TRIGGERS
from .answers import CannotTellError
from .lab import claims_of
from .signing_in import sign_in, tokens_for
from .things import ACTION, SITE

if TYPE_CHECKING:
    from ....gateway.hosted_pages import Page
    from .lab import Lab, Person

SEEN, OURS = f"{SITE}/seen", "urn:auth0_password:probe"


def bind(lab: Lab, trigger: str, **its_secrets: str) -> None:
    """Make the trigger's Action and bind it behind those that are there. Removing it later unbinds it."""
    body = {
        "code": files(__package__).joinpath(f"{trigger}.js").read_text(encoding="utf-8"),
        "runtime": RUNTIME,
        "supported_triggers": [{"id": trigger, "version": TRIGGERS[trigger]}],
        "secrets": [{"name": name, "value": value} for name, value in its_secrets.items()],
    }
    action = lab.make(ACTION, trigger, body)
    path = f"{ACTION.path}/{action['id']}"
    wait_for(lab, "the Action was not built in time", lambda: lab.api.get(path).get("status") == "built")
    lab.api.post(f"{path}/deploy")
    deployed = "deployed_version"
    wait_for(lab, "it was not deployed in time", lambda: bool((lab.api.get(path).get(deployed) or {}).get("deployed")))
    bindings = f"actions/triggers/{trigger}/bindings"
    ours = reference("action_id", action["id"], action["name"])
    lab.api.patch(bindings, {"bindings": [*map(kept, lab.api.list(bindings, "bindings")), ours]})


def wait_for(lab: Lab, otherwise: str, look: Callable[[], bool]) -> None:
    if not lab.shows(look):
        raise CannotTellError(otherwise)


def post_login(lab: Lab) -> None:
    lab.once("post-login", bind_post_login)


def bind_post_login(lab: Lab) -> None:
    """And wait until a sign-in shows that it is in force."""
    bind(lab, "post-login", APPLICATION=lab.shared_application.id)
    wait_for(lab, "the Action did not come into force", partial(is_in_force, lab, lab.user()))


def is_in_force(lab: Lab, person: Person) -> bool:
    return SEEN in claims(lab, person)


def claims(lab: Lab, person: Person) -> dict[str, Any]:
    browser = lab.browser()
    page = sign_in(browser, lab.shared_application, person, state="claims")
    return claims_of(tokens_for(browser, lab.shared_application, page).body.get("id_token"))


def tried(lab: Lab, person: Person, what: str) -> Page:
    """A sign-in in which the Action does `what`, as far as it goes."""
    return sign_in(lab.browser(), lab.shared_application, person, state=what)
