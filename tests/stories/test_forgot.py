"""Somebody who is not signed in asks for a link. What they see never depends on whose address they type."""

from __future__ import annotations

import re

import pytest
import requests

from auth0_password.services.throttles import next_free
from tests.stories.people import (
    ALICE,
    ALICES,
    BOB,
    DAVE,
    HEIDI,
    MAILS,
    NEW,
    arrived,
    choose_with_link,
    count,
    is_password_of,
    mails_to,
    newest_link,
    sign_in,
    type_password,
    until,
)
from tests.support.browser import Browser

pytestmark = pytest.mark.story

CAROL = "carol@example.com"
ADDRESSES = {
    "existing": ALICE,
    "spelt otherwise": "ALICE@Example.com",
    "missing": "nobody@example.com",
    "social only": CAROL,
    "blocked": BOB,
    "odd but valid": "o'hara+tag/7=x@sub.xn--bcher-kva.example",
    "quoted": '"a.b"@example.com',
    "very long": f"{'a' * 64}@{'b' * 60}.example",
}
OF_ONE_ANSWER = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|library_csrf=\w+|expires=[^;]+|\w{3}, \d\d .* GMT')


@pytest.fixture
def ask(site, browser):
    """Type an address, and press the button. Gives back the page that follows."""

    def type_address(address, browser=browser):
        browser.get(f"{site}/account/forgot/")
        browser.submit("Send the message", email=address)
        return browser.page

    return type_address


@pytest.fixture
def blocked_bob(block):
    block(BOB)


def answers_of(site, address, **headers):
    """Status, headers and body, without what is of one answer only."""
    session = requests.Session()
    url = f"{site}/account/forgot/"
    form = session.get(url, timeout=10)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)[1]
    answer = session.post(
        url,
        {"email": address, "csrfmiddlewaretoken": token},
        headers={"Origin": site, **headers},
        allow_redirects=False,
        timeout=10,
    )
    return answer.status_code, OF_ONE_ANSWER.sub("", str(sorted(answer.headers.items())) + answer.text)


def test_dave_has_forgotten_his(site, tenant, browser, ask):
    attackers = Browser()
    sign_in(attackers, f"{site}/loans/", DAVE, "Paper-Lantern-88!")
    browser.get(f"{site}/loans/")
    browser.click("Forgot your password?")
    browser.submit("Send the message", email=DAVE)
    assert browser.page.h1 == "Check your mail"
    assert DAVE not in browser.page.visible_text
    assert DAVE not in browser.page.url
    arrived(tenant, DAVE)
    choose_with_link(tenant, DAVE)
    browser.submit("Sign in")
    type_password(browser, DAVE, NEW)
    assert browser.page.h1 == "Your account"
    assert not is_password_of(site, DAVE, "Paper-Lantern-88!")


def asked(tenant, number):
    """Wait until the tenant was asked so often."""
    until(lambda: count(tenant, MAILS) >= number)


class TestTheSameForEverybody:
    def same(self, site):
        first, *others = (answers_of(site, address) for address in ADDRESSES.values())
        assert first[0] == 200
        assert "Check your mail" in first[1]
        for name, answers in zip(list(ADDRESSES)[1:], others, strict=True):
            assert answers == first, name

    def test_whoever_it_is(self, site, tenant, blocked_bob):
        self.same(site)
        asked(tenant, len(ADDRESSES))
        assert {mail["to"] for mail in tenant.mails()} <= {ALICE, BOB}

    @pytest.mark.parametrize(
        "fault", [{"status": 500}, {"status": 429}, {"drop": True}, {"status": 404}, {"status": 400, "body": "{}"}]
    )
    def test_whatever_the_tenant_answers(self, site, tenant, fault):
        tenant.faults([{"path": ".*", "times": -1, **fault}])
        self.same(site)

    def test_when_a_mailbox_has_had_enough(self, site, tenant, noon):
        for _ in range(7):
            assert answers_of(site, ALICE) == answers_of(site, "nobody@example.com")
        asked(tenant, 10)
        assert len(mails_to(tenant, ALICE)) == 5

    def test_the_answer_does_not_wait_for_the_tenant(self, site, tenant):
        """It is held up there, and here the page is out long before the mail."""
        tenant.faults([{"method": "POST", "path": MAILS, "times": -1, "delay_s": 3}])
        assert answers_of(site, ALICE)[0] == 200
        assert mails_to(tenant, ALICE) == []
        arrived(tenant, ALICE)


def test_what_is_no_address_is_said_before_anything_is_done(site, tenant, ask):
    for address in ("", "anna", "anna@", "@example.com", "a b@example.com", "a@b@example.com", "anna@example.com\nx"):
        page = ask(address)
        assert (page.h1, page.status) == ("Forgot your password?", 422), address
    assert "needs a name, an @ and a domain" in page.visible_text
    assert count(tenant, MAILS) == 0


class TestLimits:
    @pytest.fixture(autouse=True)
    def at_noon(self, noon):
        """No window ends while the test runs."""

    def test_an_internet_address_may_ask_for_twenty_a_minute(self, site, tenant, ask, later):
        for number in range(20):
            assert answers_of(site, f"person{number}@example.com")[0] == 200
        page = ask("one-more@example.com")
        assert (page.h1, page.status) == ("Not so fast", 429)
        assert 0 < int(page.headers["Retry-After"]) <= 60
        assert "You can try again in" in page.visible_text
        asked(tenant, 20)
        later(seconds=60)
        assert ask("one-more@example.com").h1 == "Check your mail"

    def test_a_refusal_says_nothing_about_the_address(self, site, tenant, configure):
        configure(LIMITS={"forgot": "1/d"})
        answers_of(site, "somebody@example.com")
        refusals = {str(answers_of(site, address)) for address in ADDRESSES.values()}
        assert len({re.sub(r"reference \w+|in \d+ \w+|Retry-After', '\d+", "", text) for text in refusals}) == 1

    def test_a_stranger_who_fills_a_mailbox_locks_nobody_out(self, site, tenant, browser, configure):
        """Alice still has her other ways, says her page; and the last link that came is good (THR-04)."""
        for _ in range(6):
            answers_of(site, ALICE)
        asked(tenant, 5)
        assert len(mails_to(tenant, ALICE)) == 5
        assert next_free("recipient", ALICE) is not None

        sign_in(browser, f"{site}/account/", ALICE, ALICES)
        browser.submit("Send a link")
        assert (browser.page.h1, browser.page.status) == ("Not so fast", 429)
        browser.click("Go back")
        assert browser.page.h1 == "Your account"
        browser.submit("Open the sign-in page")
        assert "Forgot password?" in [text for text, _ in browser.page.links]
        type_password(browser, ALICE, ALICES)
        browser.submit("Change password")
        type_password(browser, ALICE, ALICES)
        assert browser.page.h1 == "Change your password"

    def test_signing_in_does_not_empty_a_strangers_count(self, site, tenant, browser, configure, ask):
        configure(LIMITS={"forgot": "2/d"})
        for _ in range(2):
            answers_of(site, "somebody@example.com")
        sign_in(browser, f"{site}/loans/", ALICE, ALICES)
        assert ask(ALICE).status == 429

    @pytest.mark.parametrize(
        ("proxies", "forged", "statuses"),
        [
            (0, ["203.0.113.1", "203.0.113.2"], [200, 429]),
            (1, ["203.0.113.1, 198.51.100.7", "203.0.113.2, 198.51.100.7"], [200, 429]),
            (1, ["203.0.113.1, 198.51.100.7", "203.0.113.1, 198.51.100.8"], [200, 200]),
            (2, ["9.9.9.9, 198.51.100.7, 10.0.0.1", "8.8.8.8, 198.51.100.7, 10.0.0.2"], [200, 429]),
            (2, ["203.0.113.1", "203.0.113.2"], [200, 429]),
        ],
    )
    def test_a_made_up_header_brings_no_more(self, site, tenant, configure, proxies, forged, statuses):
        configure(LIMITS={"forgot": "1/d"}, TRUSTED_PROXIES=proxies)
        answers = [answers_of(site, HEIDI, **{"X-Forwarded-For": value})[0] for value in forged]
        assert answers == statuses


def test_a_link_that_was_asked_for_here_is_auth0s_own(site, tenant, browser, ask):
    ask(HEIDI)
    arrived(tenant, HEIDI)
    assert newest_link(tenant, HEIDI).startswith(f"{tenant.base_url}/u/reset-verify?ticket=")
    [mail] = tenant.mails()
    assert mail["to"] == HEIDI


def test_somebody_who_must_change_may_come_here_too(site, tenant, ask, browser):
    sign_in(browser, f"{site}/loans/", BOB, "Temporary-2026!")
    assert ask(BOB).h1 == "Check your mail"
    arrived(tenant, BOB)
    choose_with_link(tenant, BOB)
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"
    browser.submit("Check now")
    assert browser.page.h1 == "Sign in again"
