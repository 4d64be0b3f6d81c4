"""Which address a request counts for: what anybody can write into a header is not believed."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from auth0_password.answers.client import address_of, client_of

FORGED, VISITOR, OUTER = "203.0.113.66", "198.51.100.7", "192.0.2.10"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "counted"),
    [
        (0, None, "127.0.0.1"),
        (0, FORGED, "127.0.0.1"),
        (1, None, "127.0.0.1"),
        (1, VISITOR, VISITOR),
        (1, f"{FORGED}, {VISITOR}", VISITOR),
        (2, f"{VISITOR}, {OUTER}", VISITOR),
        (2, f"{FORGED}, {FORGED}, {VISITOR}, {OUTER}", VISITOR),
        (2, FORGED, "127.0.0.1"),  # came past the outer proxy
        (1, " , ,", "127.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(settings, proxies, forwarded, counted):
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "TRUSTED_PROXIES": proxies}
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert address_of(RequestFactory().get("/", headers=headers)) == counted


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("198.51.100.7:50123", VISITOR),
        ("::ffff:198.51.100.7", VISITOR),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]:50123", "2001:db8:1:2::/64"),
        ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::9", "2001:db8:1:3::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_what_one_client_can_choose_from_counts_as_one(address, counted):
    assert address_of(RequestFactory().get("/", REMOTE_ADDR=address)) == counted


@pytest.mark.parametrize(
    ("address", "kept"),
    [("198.51.100.7:50123", VISITOR), ("[2001:db8::9]:50123", "2001:db8::9"), ("unknown", None), ("", None),
     ("fe80::1%eth0", "fe80::1")],
)  # fmt: skip
def test_a_sign_in_is_remembered_by_the_address_itself(address, kept):
    assert client_of(RequestFactory().get("/", REMOTE_ADDR=address)).ip == kept


def test_a_browsers_own_word_is_cut_and_holds_nothing_that_a_database_refuses():
    client = client_of(RequestFactory().get("/", headers={"User-Agent": "Fire\x00fox/1\x1b[31m\n" + "x" * 500}))
    assert client.user_agent.startswith("Firefox/1[31mx")
    assert len(client.user_agent) == 300
