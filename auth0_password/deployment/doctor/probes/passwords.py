"""What a password set by the Management API leads to, and what becomes of links for a new password."""

from __future__ import annotations

from urllib.parse import urlsplit

from ....conf import conf
from . import scopes
from .answers import Answer, CannotTellError, Question, unknown, yes_if
from .lab import Lab
from .signing_in import choose_by_link, is_changed_by, open_link

GRACE = 10.0
"""Seconds that something may be later than what shows that it should be there by now."""


def patch_writes_scp(lab: Lab) -> Answer:
    """A user who is made after the change is in the log before "no" counts: by then the change would be there too."""
    person = lab.user()
    lab.set_password(person)
    later = lab.user()
    if not lab.shows(lambda: "scp" in lab.log_types(person) or bool(lab.log_types(later))):
        return unknown("the tenant's log showed nothing of what was just done")
    return yes_if(lab.shows(lambda: "scp" in lab.log_types(person), within=GRACE))


def patch_voids_links(lab: Lab) -> Answer:
    """That a link works at all is shown with a second one, where the first did not."""
    person = lab.user()
    ticket = lab.ticket(person)
    lab.set_password(person)
    try:
        choose_by_link(lab, person, ticket)
    except CannotTellError:
        choose_by_link(lab, person, lab.ticket(person))
        return yes_if(True)
    return yes_if(False)


def second_link_voids_page(lab: Lab) -> Answer:
    """The first page is open when the second link is made, and is sent afterwards."""
    person = lab.user()
    browser, page = open_link(lab, lab.ticket(person))
    second = lab.ticket(person)
    if is_changed_by(lab, person, browser, page):
        return yes_if(False)
    choose_by_link(lab, person, second)
    return yes_if(True)


def links_at_own_host(lab: Lab) -> Answer:
    host = urlsplit(lab.ticket(lab.user())).netloc
    return yes_if(host == conf.DOMAIN.host, f"they lead to {host}")


QUESTIONS = (
    Question(
        name="patch_writes_scp",
        words="Does a password set by the Management API write `scp` to the tenant's log?",
        find_out=patch_writes_scp,
        needs=scopes.PASSWORDS | scopes.LOGS,
        by_hand="Set a test user's password in the dashboard, wait a minute, and look for 'Success Change Password' "
        "under Monitoring, Logs.",
    ),
    Question(
        name="patch_voids_links",
        words="Does a password set by the Management API void the links for a new password that are open?",
        find_out=patch_voids_links,
        needs=scopes.PASSWORDS | scopes.LINKS,
        by_hand="Ask for a link as a test user, set the user's password in the dashboard, and then use the link.",
    ),
    Question(
        name="second_link_voids_page",
        words="Does a second link void the page of the first one while it is open?",
        find_out=second_link_voids_page,
        needs=scopes.LINKS,
        by_hand="Ask for two links as a test user, open the first one before the second is asked for, and choose a "
        "password there.",
    ),
    Question(
        name="links_at_own_host",
        words="Do links for a new password lead to the tenant's own host, DOMAIN?",
        find_out=links_at_own_host,
        needs=scopes.LINKS,
        by_hand="Ask for a link as a test user and look at its address.",
    ),
)
