"""A form inside the sign-in that sets a password: what reaches the flow, and what becomes of the sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....conf import conf
from . import scopes
from .answers import Answer, CannotTellError, Question, unknown, yes_if
from .binding import post_login
from .lab import Lab, Person, new_password
from .signing_in import is_signed_in, password_form, said, sign_in
from .things import FLOW, FORM, VAULT

if TYPE_CHECKING:
    from ....gateway.hosted_pages import HostedPages, Page

WRITTEN, FLOWED = "auth0_password_probe_written", "auth0_password_probe_flowed"
CHANGES: dict[str, dict[str, Any]] = {
    "password": {"password": "{{fields.new_password}}", "connection": "{{vars.connection}}"},
    "harmless": {"app_metadata": {FLOWED: True}},
}
PASSWORD, HARMLESS = CHANGES
"""What a form's flow does to the user, once the form was sent."""


def metadata_written_before_form(lab: Lab) -> Answer:
    """Looked at while the form is shown."""
    person = lab.user()
    render(lab, person, HARMLESS)
    return yes_if(bool(metadata_of(lab, person).get(WRITTEN)))


def form_password_reaches_flow(lab: Lab) -> Answer:
    """Whether what was typed is what opens the account afterwards."""
    flows_work(lab)
    person = lab.user()
    changed, _ = fill(lab, person, PASSWORD)
    if lab.read(person).get("last_password_reset") is None:
        return yes_if(False, "the flow set no password")
    reached = is_signed_in(sign_in(lab.browser(), lab.shared_application, changed))
    return yes_if(reached, "" if reached else "the flow set another password than the one that was typed")


def flow_ends_sign_in(lab: Lab) -> Answer:
    flows_work(lab)
    person = lab.user()
    _, page = fill(lab, person, PASSWORD)
    if lab.read(person).get("last_password_reset") is None:
        return unknown("the flow set no password")
    return yes_if(not is_signed_in(page), f"it ended with {said(page)}" if "error" in page.query else "")


def flows_work(lab: Lab) -> None:
    lab.once("flows", try_a_flow)


def try_a_flow(lab: Lab) -> None:
    """For comparison: a flow that sets no password does its work, and the sign-in goes on after it."""
    person = lab.user()
    _, page = fill(lab, person, HARMLESS)
    if not is_signed_in(page) or not metadata_of(lab, person).get(FLOWED):
        raise CannotTellError("a form and its flow did not work even without a new password")


def metadata_of(lab: Lab, person: Person) -> dict[str, Any]:
    return lab.read(person).get("app_metadata") or {}


def fill(lab: Lab, person: Person, changes: str) -> tuple[Person, Page]:
    """Type a new password into the form. Returns the person with it, and the page after the form."""
    browser, page = render(lab, person, changes)
    changed, form = Person(person.id, person.email, new_password()), password_form(page)
    return changed, browser.send(page, form, form.filled(email=changed.email, password=changed.password))


def render(lab: Lab, person: Person, changes: str) -> tuple[HostedPages, Page]:
    """Sign in as far as a form whose flow makes these changes to the user. Raises `CannotTellError` where no page
    comes that asks for a new password."""
    post_login(lab)
    browser = lab.browser()
    page = sign_in(browser, lab.shared_application, person, state=f"form~{form_for(lab, changes)}")
    password_form(page)
    return browser, page


def form_for(lab: Lab, changes: str) -> str:
    """Its id. Each is made once in a run, with all that it needs."""
    if changes in lab.forms:
        return lab.forms[changes]
    machine = lab.machine("update:users", "update:users_app_metadata")
    setup = {
        "type": "OAUTH_APP",
        "client_id": machine.id,
        "client_secret": machine.secret,
        "domain": conf.DOMAIN.host,
    }
    vault = lab.make(VAULT, "vault", {"app_id": "AUTH0", "setup": setup})
    flow = lab.make(FLOW, "flow", {"actions": [update(str(vault["id"]), CHANGES[changes])]})
    lab.forms[changes] = str(lab.make(FORM, "form", form_body(str(flow["id"])))["id"])
    return lab.forms[changes]


def update(vault: str, changes: dict[str, Any]) -> dict[str, Any]:
    params = {"connection_id": vault, "user_id": "{{context.user.user_id}}", "changes": changes}
    return {
        "id": "update_user",
        "type": "AUTH0",
        "action": "UPDATE_USER",
        "allow_failure": True,
        "mask_output": True,
        "params": params,
    }


def form_body(flow: str) -> dict[str, Any]:
    components = [
        password_field("new_password", "New password"),
        password_field("new_password_again", "Once more"),
        {"id": "save", "category": "BLOCK", "type": "NEXT_BUTTON", "config": {"text": "Save"}},
    ]
    step = {"components": components, "next_node": "saving"}
    at = {"x": 0, "y": 0}
    return {
        "languages": {"primary": "en", "default": "en"},
        "start": {"next_node": "asking", "coordinates": at},
        "nodes": [
            {"id": "asking", "type": "STEP", "coordinates": at, "config": step},
            {"id": "saving", "type": "FLOW", "coordinates": at, "config": {"flow_id": flow, "next_node": "$ending"}},
        ],
        "ending": {"resume_flow": True, "coordinates": at},
    }


def password_field(name: str, label: str) -> dict[str, Any]:
    """`hash` as in the form that is deployed: what is hashed in the browser would become the password."""
    config = {"hash": "NONE", "max_length": 72}
    kind = {"category": "FIELD", "type": "PASSWORD"}
    return {"id": name, **kind, "label": label, "required": True, "sensitive": True, "config": config}


BY_HAND = "Deploy with FORCE_AT = 'form', require a new password of a test user, and sign in with a browser: "

QUESTIONS = (
    Question(
        name="metadata_written_before_form",
        words="Is metadata that an Action sets written before its form is shown?",
        find_out=metadata_written_before_form,
        needs=scopes.FORMS,
        by_hand=f"{BY_HAND}before you choose a password, look at the user's `app_metadata` in the dashboard.",
        binds=True,
    ),
    Question(
        name="form_password_reaches_flow",
        words="Does a password typed into a form reach the flow's `UPDATE_USER` as it was typed?",
        find_out=form_password_reaches_flow,
        needs=scopes.FORMS,
        by_hand=f"{BY_HAND}choose a password, and sign in with it in another browser.",
        binds=True,
    ),
    Question(
        name="flow_ends_sign_in",
        words="Does the password that a flow sets end the sign-in that it belongs to?",
        find_out=flow_ends_sign_in,
        needs=scopes.FORMS,
        by_hand=f"{BY_HAND}choose a password, and see whether you come back to the site signed in.",
        binds=True,
    ),
)
