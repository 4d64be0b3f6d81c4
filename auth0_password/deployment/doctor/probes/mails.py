"""What a mail of the tenant's leads to. A person has to read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....conf import conf
from ....gateway import get_gateway
from . import scopes
from .answers import Answer, Question, unknown, yes_if

if TYPE_CHECKING:
    from .lab import Lab


def change_mail_verifies_address(lab: Lab) -> Answer:
    if not lab.mailbox:
        return unknown("it needs a mailbox: --mailbox")
    if lab.ask is None:
        return unknown("it needs somebody who reads the mail, at a terminal")
    person = lab.user(email=lab.mailbox, email_verified=False)
    get_gateway().send_change_email(person.email, connection=conf.CONNECTION)
    lab.ask(
        f"A mail was asked for, to {person.email}. Follow its link, choose any password, and come back here when the "
        "page says that it was changed. Then press Enter: "
    )
    profile = lab.read(person)
    if profile.get("last_password_reset") is None:
        return unknown("no password was chosen")
    return yes_if(profile.get("email_verified") is True)


QUESTIONS = (
    Question(
        name="change_mail_verifies_address",
        words="Does the mail with a link for a new password verify the address?",
        find_out=change_mail_verifies_address,
        needs=scopes.USERS,
        by_hand="As a test user whose address is not verified, use 'Forgot password?' and choose a new password; then "
        "look at `email_verified` in the dashboard.",
        mails=True,
    ),
)
