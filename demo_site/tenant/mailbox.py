"""Mails: everything the tenant sends lands in the inbox."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.template.loader import render_to_string

from demo_site.tenant.clock import clock, iso
from demo_site.tenant.opaque import opaque
from demo_site.tenant.records import Mail

if TYPE_CHECKING:
    from demo_site.tenant.state import State


LINK = re.compile(r"https?://\S+")


def send_change_password(state: State, to: str, link: str, application: str, code: str | None) -> Mail:
    """Auth0's "Change Password (Link)" message, or "Change Password (Code)": a link and a code for its page."""
    template = "reset_email_by_code" if code else "reset_email"
    return deliver(state, to, template, "Reset your password", link=link, application=application, code=code)


def deliver(state: State, to: str, template: str, subject: str, *, link: str = "", **context: str | None) -> Mail:
    """``template``: by its name in the Management API, where another subject may be set."""
    customised = state.email_templates.get(template)
    subject = (customised and customised.body.get("subject")) or subject
    text, html = (render_to_string(f"mail/{template}.{kind}", {**context, "link": link}) for kind in ("txt", "html"))
    mail = Mail(opaque(16), to, subject, text, html, [link] if link else [], iso(clock.now()))
    state.mails[mail.id] = mail
    return mail


def take(state: State, to: str, subject: str, text: str, html: str) -> Mail:
    """A mail of the demonstration's site: Auth0 has nothing to do with it, but people look for it here."""
    mail = Mail(opaque(16), to, subject, text, html, LINK.findall(text), iso(clock.now()))
    state.mails[mail.id] = mail
    return mail


def link_lifetime_s(state: State, template: str) -> int:
    """What the template says of its link; 0 where it says nothing."""
    customised = state.email_templates.get(template)
    return int((customised and customised.body.get("urlLifetimeInSeconds")) or 0)
