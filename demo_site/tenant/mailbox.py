"""Mails: everything the tenant sends lands in the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Mail

if TYPE_CHECKING:
    from demo_site.tenant.state import State


def send_change_password(state: State, to: str, link: str, application: str) -> Mail:
    """Auth0's "Change Password (Link)" message, template ``reset_email``."""
    context = {"link": link, "application": application}
    text = render_to_string("mail/reset_email.txt", context)
    html = render_to_string("mail/reset_email.html", context)
    mail = Mail(opaque(16), to, "Reset your password", text, html, [link], iso(clock.now()))
    state.mails[mail.id] = mail
    return mail
