"""The pages for people behind the stand-in: the same way round on each, long lists in pages, nothing to run."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import requests

from tests.tenant.application import DATABASE
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

ROUND = {"Overview": "/", "Inbox": "/inbox", "Users": "/users", "Actions": "/actions", "Logs": "/logs"}


@pytest.mark.parametrize("path", ROUND.values())
def test_the_way_round_is_the_same_everywhere(tenant: LocalTenant, browser: Browser, path: str):
    page = browser.get(f"{tenant.base_url}{path}")
    assert page.links[:5] == [*ROUND.items()]
    assert page.text.count("<nav") == page.text.count("aria-current") == 1
    assert f'href="{path}" aria-current="page"' in page.text
    assert "local tenant · not Auth0" in page.visible_text
    assert "<script" not in page.text


def test_hosted_pages_have_it_below(tenant: LocalTenant, browser: Browser):
    page = browser.get(f"{tenant.base_url}/no-such-page")
    assert page.links[-5:] == [*ROUND.items()]
    assert "aria-current" not in page.text


def test_many_users(tenant: LocalTenant, browser: Browser):
    seed = seed_with_scopes()
    reader = {"password": "Quiet-Bridge-31!", "connection": DATABASE}
    seed["users"] = [
        {**reader, "email": f"reader{number}@example.com", "name": f"Reader {number}."} for number in range(120)
    ]
    seed["organizations"] = []
    tenant.seed(seed)
    first = browser.get(f"{tenant.base_url}/users").url
    assert "Reader 49." in browser.page.text
    assert "Reader 50." not in browser.page.text
    browser.click("Next")
    assert "Reader 50." in browser.page.text
    assert "Reader 119." in browser.click("Next").text
    assert "Next" not in dict(browser.page.links)
    browser.click("Previous")
    assert browser.click("Previous").url == first


def test_many_mails(tenant: LocalTenant, browser: Browser):
    for number in range(51):
        mail = {"to": "alice@example.com", "subject": f"Mail {number}.", "text": "Hello", "html": "<p>Hello"}
        assert requests.post(f"{tenant.base_url}/_control/mails", json=mail, timeout=5).status_code == 200
    assert "Mail 50." in browser.get(f"{tenant.base_url}/inbox").text
    assert "Mail 0." in browser.click("Older").text
    assert "Mail 50." in browser.click("Newer").text


@pytest.mark.parametrize("number", ["-1", "x", "²", "999999", ""])
@pytest.mark.parametrize("path", ["/inbox", "/users", "/logs"])
def test_pages_that_there_are_not(tenant: LocalTenant, browser: Browser, path: str, number: str):
    assert browser.get(f"{tenant.base_url}{path}?page={number}").status == 200


@pytest.mark.parametrize("path", ROUND.values())
def test_what_people_have_typed_is_only_text(tenant: LocalTenant, browser: Browser, path: str):
    seed = seed_with_scopes()
    seed["users"][0]["name"] = seed["clients"][0]["name"] = "<b onclick=x>Bob</b>"
    tenant.seed(seed)
    body = {"client_id": "<b onclick=y>", "connection": "<b onclick=z>", "email": "<b onclick=w>"}
    requests.post(f"{tenant.base_url}/dbconnections/change_password", json=body, timeout=5)
    mail = dict.fromkeys(("to", "subject", "text", "html"), "<b onclick=v>")
    requests.post(f"{tenant.base_url}/_control/mails", json=mail, timeout=5)
    page = browser.get(f"{tenant.base_url}{path}")
    assert page.status == 200
    assert "<b onclick" not in page.text
