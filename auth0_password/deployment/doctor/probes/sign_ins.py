"""What Actions can do to a sign-in, and what a changed password does to one that is under way."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ....conf import conf
from . import scopes
from .answers import Answer, CannotTellError, Question, unknown, yes_if
from .binding import OURS, bind, claims, post_login, tried
from .lab import Lab, Person
from .passwords import GRACE
from .signing_in import choose_by_link, is_callback, is_signed_in, said, sign_in
from .things import SITE

if TYPE_CHECKING:
    from ....gateway.hosted_pages import Page

RAN = "auth0_password_probe_ran"
LENGTHS = (100, 500, 1000, 2000, 4000)
WORDS = "Grüße, „ja“ & <b>'1'</b> 100 %: 密码 😀"


def patch_runs_action(lab: Lab) -> Answer:
    """Compared with a new password on the hosted page, after which it is documented."""
    machine = lab.machine("update:users", "update:users_app_metadata")
    bind(lab, "post-change-password", TENANT=conf.DOMAIN.url, CLIENT_ID=machine.id, CLIENT_SECRET=machine.secret)
    by_patch, by_page = lab.user(), lab.user()
    lab.set_password(by_patch)
    choose_by_link(lab, by_page, lab.ticket(by_page))
    if not lab.shows(partial(did_run, lab, by_page)):
        return unknown("it did not run even after a new password on the hosted page")
    return yes_if(lab.shows(partial(did_run, lab, by_patch), within=GRACE))


def did_run(lab: Lab, person: Person) -> bool:
    return bool((lab.read(person).get("app_metadata") or {}).get(RAN))


def patch_ends_sign_in(lab: Lab) -> Answer:
    """The person is out at a redirect of the Action's when the password is set. First without that, for comparison."""
    post_login(lab)
    if not is_signed_in(away_and_back(lab, lab.user(), meanwhile=lambda _person: None)):
        return unknown("a sign-in with a redirect did not end well even without a new password")
    page = away_and_back(lab, lab.user(), meanwhile=lab.set_password)
    return yes_if(not is_signed_in(page), f"it ended with {said(page)}" if "error" in page.query else "")


def away_and_back(lab: Lab, person: Person, *, meanwhile: Callable[[Person], object]) -> Page:
    browser = lab.browser()
    page = sign_in(browser, lab.shared_application, person, state="away")
    if page.status or not page.url.startswith(f"{SITE}/away"):
        raise CannotTellError("the Action did not redirect the sign-in")
    meanwhile(person)
    return browser.open(f"{conf.DOMAIN.url}/continue?{urlencode({'state': page.query.get('state', '')})}")


def deny_text_unchanged(lab: Lab) -> Answer:
    """Longer and longer, then with signs of all sorts."""
    post_login(lab)
    person, whole = lab.user(), 0
    for length in LENGTHS:
        text = "0123456789" * (length // 10)
        if denied_with(lab, person, f"deny~digits~{length}") != text:
            break
        whole = length
    signs = denied_with(lab, person, f"deny~text~{WORDS}") == WORDS
    detail = f"up to {whole} characters" if whole else f"not even {LENGTHS[0]} characters"
    return yes_if(whole == LENGTHS[-1] and signs, f"{detail}; other signs than digits {'too' if signs else 'change'}")


def denied_with(lab: Lab, person: Person, what: str) -> str:
    """The text at the callback; empty where the sign-in did not end there with an error."""
    page = tried(lab, person, what)
    return page.query.get("error_description", "") if is_callback(page) else ""


def claims_reach_token(lab: Lab) -> Answer:
    """Beside one in a namespace that is a URL, which is known to arrive."""
    post_login(lab)
    return yes_if(OURS in claims(lab, lab.user()))


QUESTIONS = (
    Question(
        name="patch_runs_action",
        words="Does a password set by the Management API run the Actions after a change?",
        find_out=patch_runs_action,
        needs=scopes.ACTIONS | scopes.MACHINES | scopes.PASSWORDS | scopes.LINKS,
        by_hand="Deploy the Actions, set a test user's password in the dashboard, and look whether `hooks/action/` "
        "was called.",
        binds=True,
    ),
    Question(
        name="patch_ends_sign_in",
        words="Does a password set by the Management API end a sign-in that is under way?",
        find_out=patch_ends_sign_in,
        needs=scopes.ACTIONS | scopes.SIGN_INS | scopes.PASSWORDS,
        by_hand="Stop at a page of the sign-in after the password, such as a second factor, set the user's password "
        "in the dashboard, and go on.",
        binds=True,
    ),
    Question(
        name="deny_text_unchanged",
        words="Does the text of an Action's refusal reach the site unchanged?",
        find_out=deny_text_unchanged,
        needs=scopes.ACTIONS | scopes.SIGN_INS,
        by_hand="Deploy an Action that refuses a test user with a long text, and look at `error_description` at the "
        "callback.",
        binds=True,
    ),
    Question(
        name="claims_reach_token",
        words="Do claims below `urn:auth0_password:` reach the ID token?",
        find_out=claims_reach_token,
        needs=scopes.ACTIONS | scopes.SIGN_INS,
        by_hand="Deploy the Actions, sign in to the site, and look at the claims of the ID token.",
        binds=True,
    ),
)
