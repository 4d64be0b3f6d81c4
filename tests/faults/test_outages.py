"""Each fault in each call of each step, played over plain HTTP; `docs/outages.md` tells how each story ends."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from django.contrib.auth import get_user_model
from social_django.models import UserSocialAuth

from auth0_password.models import PasswordChange, PasswordState, ResetRequirement, UsedToken
from auth0_password.services import connections
from tests.faults import book
from tests.faults.after_change import STEPS_AFTER_CHANGE
from tests.faults.book import Key, Outcome
from tests.faults.misbehaviour import ELSEWHERE, EVERY_CALL, FAULTS, REFUSED, WRITE
from tests.faults.scene import Memory, Scene, watched
from tests.faults.steps import HOSTED, MAILED, STEPS

pytestmark = pytest.mark.story

STORIES = {
    Key(step.name, who, call.name, fault.name): (step, who, call, fault)
    for step in [*STEPS, *STEPS_AFTER_CHANGE]
    for who, calls in step.calls.items()
    for call, faults in [*((call, FAULTS) for call in calls), (EVERY_CALL, [REFUSED])]
    for fault in faults
}
memories: dict[tuple[str, str], Memory] = {}


@pytest.fixture
def scene(site, tenant, settings):
    connections._failed.clear()
    with pytest.MonkeyPatch.context() as monkeypatch:
        one = Scene(site, tenant, settings, monkeypatch)
        with one.times:
            yield one
    connections._failed.clear()


@pytest.mark.parametrize("key", STORIES, ids=lambda key: f"{key.step} / {key.who} / {key.call} / {key.fault}")
def test_story(scene, key):
    step, scene.who, call, fault = STORIES[key]
    begin(scene, step)
    before = Rows.now()
    with watched(scene.site) as leaks:
        scene.misbehave(fault, call)
        scene.tenant.clear_requests()
        step.do(scene)
        assert fault.refuses or fault.never_answers or call.was_made(scene.tenant.requests())
        outcome = outcome_of(scene, step)
        assert before.are_kept(signed_in=outcome.stands.startswith("signed in"))
        if "Nothing was changed." in scene.browser.page.visible_text:
            assert not scene.mails_since()
            assert not fault.comes_after_the_effect(call)
        scene.later()
        do_again(scene, step)
    assert scene.browser.page.h1 == step.ends_at[scene.who]
    assert Rows.now() == before.after(step, scene.who)
    assert scene.mails_since() == (step.ends_at[scene.who] == MAILED and step.asks_for_mail)
    if call is WRITE:
        assert scene.tenant.user(scene.address)["app_metadata"]["needsPasswordReset"] is True
    assert leaks.found() == []
    assert not [one for one in scene.tenant.requests() if one["path"] == ELSEWHERE]
    book.SEEN[key] = outcome
    assert book.WRITING or book.read().get(key) == outcome


def test_the_document_tells_these_stories_and_no_others():
    told = book.read()
    assert told.keys() == STORIES.keys()
    assert book.written({key: told[key] for key in STORIES}) == book.DOCUMENT.read_text(encoding="utf-8")


def begin(scene, step):
    """As somebody who has come as far as this step. What that takes is done once, and remembered."""
    if step.begin and (step.name, scene.who) in memories:
        memories[step.name, scene.who].restore(scene)
    elif step.begin:
        step.begin(scene)
        memories[step.name, scene.who] = Memory.of(scene)
    if step.at_auth0:
        step.at_auth0(scene)
    if step.takes_time:
        scene.later()
    scene.began_at, scene.mails_before = scene.browser.page, len(scene.tenant.mails())


def do_again(scene, step):
    """As the person would. A mail that is said to be on its way is asked for again where it does not come."""
    if step.again:
        return step.again(scene)
    if step.asks_for_mail and scene.browser.page.h1 == MAILED:
        return None if scene.mails_since() else step.do(scene)
    scene.browser.page = scene.began_at
    return step.do(scene)


def outcome_of(scene, step):
    page = scene.browser.page
    hosted = page.url.startswith(scene.tenant.base_url)
    sees = scene.told or ("the hosted page" if hosted else f"{page.status} “{page.h1}”")
    assert page.status != 500, page.visible_text
    return Outcome(sees, scene.stands() + (f"; mails: {scene.mails_since()}" if step.asks_for_mail else ""))


@dataclass
class Rows:
    """How many there are on the site's side."""

    users: int
    accounts: int
    flagged: int
    requirements: int
    still_open: int
    changes: int
    proofs_used: int

    @classmethod
    def now(cls):
        requirements = ResetRequirement.objects
        return cls(
            users=get_user_model().objects.count(),
            accounts=UserSocialAuth.objects.count(),
            flagged=PasswordState.objects.filter(needs_reset=True).count(),
            requirements=requirements.count(),
            still_open=requirements.filter(status="open").count(),
            changes=PasswordChange.objects.count(),
            proofs_used=UsedToken.objects.count(),
        )

    def are_kept(self, *, signed_in):
        """Nothing came of it: but whoever signed in for the first time all the same has an account."""
        return Rows.now() == self or (signed_in and not self.users)

    def after(self, step, who):
        """What there is when the step has been done once."""
        flags = int(who == "Bob" or step.requires)
        known = int(step.signs_in)
        return Rows(
            users=known,
            accounts=known,
            flagged=flags * known,
            requirements=flags * known,
            still_open=flags * known,
            changes=int(step.changed),
            proofs_used=int(step.ends_at[who] == HOSTED),
        )
