"""The flag's copy in the tenant, against the local tenant: what its Actions read is what Grace decided here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model

from auth0_password.gateway import get_gateway
from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import hint, reconcile, require_reset
from auth0_password.services.reconcile import Counts
from tests.stories.people import ALICE, ALICES, BOB, NEW, TEMPORARY, choose, sign_in

pytestmark = pytest.mark.story

PATCH = {"method": "PATCH", "path": "^/api/v2/users/"}


@pytest.fixture
def alice(site, tenant, browser):
    """Alice, signed in; nothing is asked of her."""
    sign_in(browser, f"{site}/loans/", ALICE, ALICES)
    assert browser.page.h1 == "My loans"
    return get_user_model().objects.get(email=ALICE)


def copy_of(tenant, email=ALICE):
    return tenant.user(email).get("app_metadata", {})


def patches(tenant):
    return [one for one in tenant.requests() if one["method"] == "PATCH"]


def mirrored():
    return reconcile(["mirror"])["mirror"]


def test_grace_requires_alice_changes(site, tenant, browser, alice):
    begins = datetime.now(UTC) + timedelta(days=1)
    requirement = require_reset(alice, reason="policy", enforce_from=begins).get()
    assert mirrored() == Counts(due=1, done=1)
    there = copy_of(tenant)
    assert there["needsPasswordReset"] is True
    required_at, begins_at = (
        datetime.fromisoformat(there[key]) for key in ("passwordResetRequiredAt", "passwordResetFrom")
    )
    assert requirement.raised_at <= required_at < requirement.raised_at + timedelta(seconds=5)
    assert begins <= begins_at < begins + timedelta(seconds=5)
    assert there["passwordResetRequiredAt"].endswith("Z")

    change_password(site, tenant, browser)
    hint([alice.password_state.subject])
    assert reconcile()["check"] == Counts(due=1, done=1)
    requirement.refresh_from_db()
    assert requirement.status == "changed"
    mirrored()
    assert copy_of(tenant) == {
        "needsPasswordReset": False, "passwordResetRequiredAt": there["passwordResetRequiredAt"],
    }  # fmt: skip
    assert PasswordState.objects.get(user=alice).mirror_due_at is None


def change_password(site, tenant, browser):
    """With a link that she did not get from this page; the site does not know of it."""
    link = get_gateway().create_change_ticket(*database_identity()).url
    browser.get(link)
    choose(browser, NEW)
    assert browser.page.h1 == "Password changed"


def database_identity():
    profile = get_gateway().read_user(PasswordState.objects.get(user__email=ALICE).subject)
    return profile, profile.identities[0]


def test_somebody_flags_alice_at_the_tenant(site, tenant, browser, alice):
    """Another site, or the dashboard. The next read finds it."""
    subject, moment = alice.password_state.subject, datetime.now(UTC).isoformat(timespec="milliseconds")
    get_gateway().update_app_metadata(subject, {"needsPasswordReset": True, "passwordResetRequiredAt": moment})
    tenant.clear_requests()
    hint([subject])
    counts = reconcile()
    assert (counts["check"], counts["mirror"].failed) == (Counts(due=1, done=1), 0)
    assert ResetRequirement.objects.get().reason == "tenant"
    mirrored()
    assert patches(tenant) == []
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"


def test_an_answer_that_is_lost_is_written_once(tenant, alice, settings):
    require_reset(alice, reason="breach")
    tenant.faults([{**PATCH, "drop": True, "after_apply": True, "times": 1}])
    assert mirrored() == Counts(due=1, failed=1)
    assert PasswordState.objects.get().mirror_error == "unknown_outcome"
    PasswordState.objects.update(mirror_due_at=datetime.now(UTC))
    assert mirrored() == Counts(due=1, done=1)
    assert len(patches(tenant)) == 1
    assert copy_of(tenant)["needsPasswordReset"] is True


def test_a_tenant_that_lets_us_only_read(site, tenant, browser, alice):
    """The site itself enforces the flag all the same."""
    tenant.faults([{**PATCH, "status": 403, "times": -1}])
    require_reset(alice, reason="breach")
    assert mirrored() == Counts(due=1, off=1)
    assert "needsPasswordReset" not in copy_of(tenant)
    browser.get(f"{site}/loans/")
    assert browser.page.h1 == "Choose a new password"


def test_bob_who_was_flagged_there_needs_no_write_but_the_time(site, tenant, browser):
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    before = copy_of(tenant, BOB)
    assert mirrored().failed == 0
    after = copy_of(tenant, BOB)
    assert after["needsPasswordReset"] is before["needsPasswordReset"] is True
    assert len(patches(tenant)) == int("passwordResetRequiredAt" not in before)
