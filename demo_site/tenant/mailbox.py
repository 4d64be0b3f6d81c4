"""Mails: everything the tenant sends lands in the inbox."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Mail

if TYPE_CHECKING:
    from demo_site.tenant.state import State


def send_change_password(state: State, to: str, link: str, application: str, code: str | None) -> Mail:
    """Auth0's "Change Password (Link)" message, or "Change Password (Code)": a link and a code for its page."""
    template = "mail/reset_email_by_code" if code else "mail/reset_email"
    context = {"link": link, "application": application, "code": code}
    text = render_to_string(f"{template}.txt", context)
    html = render_to_string(f"{template}.html", context)
    mail = Mail(opaque(16), to, "Reset your password", text, html, [link], iso(clock.now()))
    state.mails[mail.id] = mail
    return mail
