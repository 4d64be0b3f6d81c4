"""FORCE_AT "form", and somebody who knows Bob's temporary password, too, has left the tenant's form open."""

from __future__ import annotations

import pytest

from auth0_password.deployment.scopes import FORM
from auth0_password.gateway import get_gateway
from tests.stories.people import BOB, NEW, TEMPORARY, is_password_of, sign_in
from tests.stories.test_form_at_the_tenant import bob, choose, chooses_by_mail, copy_of, is_refused, with_form  # noqa: F401
from tests.support.browser import Browser
from tests.support.deployed import deployed, form_may  # noqa: F401 - a fixture

pytestmark = pytest.mark.story

THEIRS, BOBS = "Marble-Staircase-58!", "Woollen-Telescope-36!"
OVER = "No new password is asked for any more."


@pytest.fixture
def intruder(tenant, bob) -> Browser:  # noqa: F811 - the fixture
    """At the form that Bob should have had. The flag is his since January."""
    since = {"passwordResetRequiredAt": "2026-01-05T08:00:00.000Z"}
    get_gateway().update_app_metadata(tenant.user(BOB)["user_id"], since)
    return bob


def chooses_by_mail_and_signs_in(site, tenant):
    """With that the flag falls, if nothing has lowered it before."""
    chooses_by_mail(tenant)
    sign_in(Browser(), f"{site}/loans/", BOB, NEW)
    assert copy_of(tenant)["needsPasswordReset"] is False


def still_his(site, tenant, password, changed):
    assert tenant.user(BOB)["last_password_reset"] == changed
    assert is_password_of(site, BOB, password)
    assert not is_password_of(site, BOB, THEIRS)


def test_he_has_chosen_by_mail(site, tenant, intruder):
    """The old password's word for another one is not taken, however often."""
    chooses_by_mail_and_signs_in(site, tenant)
    changed = tenant.user(BOB)["last_password_reset"]
    for _ in range(2):
        choose(intruder, THEIRS)
        assert OVER in intruder.page.visible_text
    intruder.submit("Cancel")
    is_refused(site, intruder)
    still_his(site, tenant, NEW, changed)


def test_he_has_chosen_in_a_form_of_his_own(site, tenant, bob):  # noqa: F811 - the fixture
    """His flag has no time, so only the form answers it."""
    intruder, his = bob, Browser()
    chooses_by_mail(tenant)
    sign_in(his, f"{site}/loans/", BOB, NEW)
    choose(his, BOBS)
    assert his.page.h1 == "My loans"
    changed = tenant.user(BOB)["last_password_reset"]
    choose(intruder, THEIRS)
    assert OVER in intruder.page.visible_text
    still_his(site, tenant, BOBS, changed)


def test_after_a_refused_password_it_looks_again(site, tenant, intruder):
    choose(intruder, "short")
    assert "This password is too weak." in intruder.page.visible_text
    chooses_by_mail_and_signs_in(site, tenant)
    changed = tenant.user(BOB)["last_password_reset"]
    choose(intruder, THEIRS)
    assert OVER in intruder.page.visible_text
    still_his(site, tenant, NEW, changed)


def test_where_it_may_not_look_it_saves(site, tenant, bob):  # noqa: F811 - the fixture
    """Its application has the scopes of before: then the form does what it did."""
    form_may(tenant, *(set(FORM) - {"read:users"}))
    choose(bob, "short")
    assert "This password is too weak." in bob.page.visible_text
    choose(bob)
    assert bob.page.h1 == "My loans"
    assert is_password_of(site, BOB, NEW)
    assert not is_password_of(site, BOB, TEMPORARY)
