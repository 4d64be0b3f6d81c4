"""Signing in, and choosing a new password, on the hosted pages without a browser. Where that fails nothing is told."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ....conf import conf
from ....gateway.hosted_pages import HostedPages, Page, Reply
from .answers import CannotTellError
from .lab import CALLBACK, Application, Lab, Person, new_password

if TYPE_CHECKING:
    from ....gateway.page_forms import Form

MOST_PAGES = 3
NEEDS_A_BROWSER = "this tenant's page could not be used without a browser"
LONG_AGO = 31_536_000
"""Seconds: the `max_age` of every sign-in (FLOWS: so that `auth_time` comes without asking anybody again)."""


def sign_in(browser: HostedPages, application: Application, person: Person, **query: str) -> Page:
    """As far as it goes by itself: to an address elsewhere, most often the callback, or to a page that asks for more.
    The password is typed once: who is refused must not be locked out."""
    page = browser.open(authorize_url(application, **query))
    for _ in range(MOST_PAGES):
        form = sign_in_form(page)
        if form is None:
            return page
        page = browser.send(page, form, form.filled(email=person.email, password=person.password))
        if form.passwords:
            return page
    return page


def code_of(page: Page) -> str:
    """Raises `CannotTellError` where the sign-in did not end at the callback with a code."""
    if not is_signed_in(page):
        raise CannotTellError(NEEDS_A_BROWSER if page.status else f"the sign-in ended with {said(page)}")
    return page.query["code"]


def is_callback(page: Page) -> bool:
    return not page.status and page.url.startswith(CALLBACK)


def is_signed_in(page: Page) -> bool:
    return is_callback(page) and "code" in page.query


def said(page: Page) -> str:
    return page.query.get("error", "no code")


def tokens_for(browser: HostedPages, application: Application, page: Page) -> Reply:
    fields = {
        "grant_type": "authorization_code",
        "client_id": application.id,
        "client_secret": application.secret,
        "code": code_of(page),
        "redirect_uri": CALLBACK,
    }
    return browser.call("/oauth/token", form=fields)


def authorize_url(application: Application, **query: str) -> str:
    asked = {
        "response_type": "code",
        "client_id": application.id,
        "redirect_uri": CALLBACK,
        "scope": "openid profile email",
        "connection": conf.CONNECTION,
        "state": secrets.token_urlsafe(16),
        "nonce": secrets.token_urlsafe(16),
        "max_age": str(LONG_AGO),
        **query,
    }
    return f"{conf.DOMAIN.url}/authorize?{urlencode(asked)}"


def sign_in_form(page: Page) -> Form | None:
    """The one that asks for an address, a password, or both; not one that asks for two passwords."""
    asking = [form for form in page.forms if form.passwords or form.texts]
    simple = [form for form in asking if len(form.passwords) <= 1 and not needs_a_person(form)]
    return simple[0] if simple and not any(len(form.passwords) > 1 for form in asking) else None


def needs_a_person(form: Form) -> bool:
    """Bot detection, or a second factor."""
    return any("captcha" in name or "code" in name for name in form.kinds)


def password_form(page: Page) -> Form:
    """Raises `CannotTellError`."""
    found = [form for form in page.forms if form.passwords and not needs_a_person(form)]
    if not found:
        raise CannotTellError(NEEDS_A_BROWSER)
    return found[0]


def choose_by_link(lab: Lab, person: Person, ticket: str) -> None:
    """Open a link and choose a new password there. Raises `CannotTellError` where the page cannot be used, or where
    no new password came of it."""
    send_new(lab, person, *open_link(lab, ticket))


def open_link(lab: Lab, ticket: str) -> tuple[HostedPages, Page]:
    """The page that asks for a new password, in a browser of its own; behind a page that only has a button."""
    browser = lab.browser()
    page = browser.open(ticket)
    if not any(form.passwords for form in page.forms) and len(page.forms) == 1 and not page.forms[0].texts:
        page = browser.send(page, page.forms[0], page.forms[0].values)
    password_form(page)
    return browser, page


def send_new(lab: Lab, person: Person, browser: HostedPages, page: Page) -> None:
    if not is_changed_by(lab, person, browser, page):
        raise CannotTellError(NEEDS_A_BROWSER)


def is_changed_by(lab: Lab, person: Person, browser: HostedPages, page: Page) -> bool:
    """Send a new password from a page. Whether Auth0 took it: its time of the last change tells, not the page."""
    before = lab.read(person).get("last_password_reset")
    form = password_form(page)
    browser.send(page, form, form.filled(email=person.email, password=new_password()))
    return lab.read(person).get("last_password_reset") != before
