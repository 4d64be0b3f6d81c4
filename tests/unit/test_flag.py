"""The flag as a pure function: every row of the table in docs/model.md, and what holds for any events."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_password.services.flag import (
    Bound,
    Changed,
    Cleared,
    Closed,
    Demand,
    Evidence,
    Failed,
    Flag,
    Gone,
    Hinted,
    Mirrored,
    Opened,
    Person,
    Read,
    Required,
    Requirement,
    SignedIn,
    Skipped,
    Withdrawn,
    transition,
)
from auth0_password.services.flag.reading import answers

NINE = datetime(2026, 11, 20, 9, tzinfo=UTC)
BOB = "auth0|bob"


def at(minutes):
    return NINE + timedelta(minutes=minutes)


def demand(minutes, *, grace=0, campaign=None, reason="administrator"):
    return Demand(reason=reason, raised_at=at(minutes), enforce_from=at(minutes + grace), campaign=campaign)


def open_since(minutes, *, grace=0, key=1, campaign=None, reason="administrator"):
    begins = at(minutes + grace)
    return Requirement(key=key, reason=reason, raised_at=at(minutes), enforce_from=begins, campaign=campaign)


def seen(minutes, *, changed=None, subject=BOB, database="db", **more):
    """A read at that minute, of a tenant whose clock is ours."""
    change = None if changed is None else at(changed)
    return Evidence(
        subject=subject, read_at=at(minutes), changed_at=change, changed_here=change, database=database,
        elsewhere="" if database else "google-oauth2", **more,
    )  # fmt: skip


BOUND = Flag(subject=BOB, home="database", connection="db", read_at=at(0), mirrored=False)
FLAGGED = replace(BOUND, open=(open_since(5),), mirrored=True)


class TestRows:
    """One by one, in the order of the table."""

    def test_require(self):
        flag, effects = transition(BOUND, Required(demand=demand(5, grace=60)), at(5))
        assert (flag.needs_reset, flag.required_at, flag.enforce_from) == (True, at(5), at(65))
        assert effects == (Opened(demand(5, grace=60)),)
        assert (flag.blocks(at(64)), flag.blocks(at(65))) == (False, True)
        assert flag.mirror_due_at == at(5)

    def test_one_more_only_shortens_the_grace(self):
        flag, _ = transition(FLAGGED, Required(demand=demand(6, grace=600)), at(6))
        assert (flag.required_at, flag.enforce_from) == (at(6), at(5))

    def test_the_same_campaign_again(self):
        assert transition(FLAGGED, Required(demand=demand(6, campaign=1), again=True), at(6)) == (FLAGGED, ())

    @pytest.mark.parametrize(
        ("flag", "person", "why"),
        [
            (replace(BOUND, home="elsewhere"), Person(), "elsewhere"),
            (Flag(), Person(local=True), "local"),
            (BOUND, Person(active=False), "inactive"),
            (BOUND, Person(off_limits=True), "superuser"),
        ],
    )
    def test_who_is_skipped(self, flag, person, why):
        asked = demand(5)
        assert transition(flag, Required(demand=asked, person=person), at(5)) == (flag, (Skipped(asked, why),))

    def test_whoever_has_an_identity_at_auth0_is_not_local(self):
        flag, _ = transition(BOUND, Required(demand=demand(5), person=Person(local=True)), at(5))
        assert flag.needs_reset

    def test_a_first_sign_in(self):
        asked = demand(1, reason="first_login")
        event = SignedIn(evidence=seen(1, flagged=True), asks=asked)
        flag, effects = transition(Flag(), event, at(1))
        assert (flag.subject, flag.home, flag.connection, flag.mirror_due_at) == (BOB, "database", "db", at(1))
        assert (flag.needs_reset, effects) == (True, (Bound(BOB), Opened(asked)))

    def test_a_second_sign_in_asks_for_nothing(self):
        flag, effects = transition(BOUND, SignedIn(evidence=seen(1), asks=demand(1)), at(1))
        assert (flag.needs_reset, effects) == (False, ())

    def test_a_flagged_unknown_turns_out_to_have_no_password_here(self):
        flag, effects = transition(
            Flag(open=(open_since(0),)), SignedIn(evidence=seen(1, database=""), asks=demand(1)), at(1)
        )
        assert (flag.home, flag.connection, flag.needs_reset) == ("elsewhere", "google-oauth2", False)
        assert effects == (Bound(BOB), Closed((1,), "withdrawn", at(1), "no password here"))

    def test_a_flagged_unknown_who_has_one_stays_flagged(self):
        flag, effects = transition(Flag(open=(open_since(0),)), SignedIn(evidence=seen(1)), at(1))
        assert (flag.needs_reset, effects, flag.mirror_due_at) == (True, (Bound(BOB),), at(1))

    def test_another_subject_takes_the_place_of_one_who_needs_nothing(self):
        before = replace(BOUND, changed_at=at(0), check_due_at=at(0))
        flag, effects = transition(before, SignedIn(evidence=seen(9, subject="auth0|second")), at(9))
        assert (flag.subject, flag.changed_at, effects) == ("auth0|second", None, (Bound("auth0|second"),))

    @pytest.mark.parametrize(
        ("before", "database"), [(FLAGGED, "db"), (BOUND, "")], ids=["flagged", "no password at the second one"]
    )
    def test_another_subject_does_not_take_the_place(self, before, database):
        event = SignedIn(evidence=seen(9, subject="auth0|second", database=database), asks=demand(9))
        assert transition(before, event, at(9)) == (before, ())

    def test_a_read_that_shows_a_change(self):
        flag, effects = transition(FLAGGED, Read(evidence=seen(10, changed=8)), at(10))
        assert (flag.needs_reset, flag.changed_at, flag.read_at) == (False, at(8), at(10))
        assert flag.sessions_valid_since == at(8) + timedelta(microseconds=1)
        assert effects == (Closed((1,), "changed", at(8)), Changed(at(8)))

    def test_a_change_in_flight_does_not_answer_what_came_after_it(self):
        before = replace(FLAGGED, open=(open_since(5), open_since(9, key=2)))
        flag, effects = transition(before, Read(evidence=seen(10, changed=8)), at(10))
        assert [one.key for one in flag.open] == [2]
        assert effects == (Closed((1,), "changed", at(8)), Changed(at(8)))

    def test_a_change_that_is_known_answers_nothing_later(self):
        """Not even one that lies in the future, or seems to by a clock that was measured wrongly today."""
        before = replace(FLAGGED, changed_at=at(90))
        flag, effects = transition(before, Read(evidence=seen(10, changed=90)), at(10))
        assert (flag.needs_reset, effects) == (True, ())

    def test_the_first_read_is_the_baseline(self):
        """A change from before the package: nobody is told, no session ends."""
        flag, effects = transition(Flag(subject=BOB), Read(evidence=seen(10, changed=-600)), at(10))
        assert (flag.changed_at, flag.sessions_valid_since, effects) == (at(-600), None, ())

    def test_a_baseline_that_answers_ends_older_sessions(self):
        before = Flag(subject=BOB, open=(open_since(0),))
        flag, effects = transition(before, Read(evidence=seen(10, changed=8)), at(10))
        assert (flag.needs_reset, flag.sessions_valid_since) == (False, at(8) + timedelta(microseconds=1))
        assert effects == (Closed((1,), "changed", at(8)),)

    def test_a_read_of_somebody_else(self):
        event = Read(evidence=seen(10, changed=8, subject="auth0|second"))
        assert transition(FLAGGED, event, at(10)) == (FLAGGED, ())

    def test_a_hint_makes_a_read_due_and_nothing_else(self):
        assert transition(FLAGGED, Hinted(), at(9)) == (replace(FLAGGED, check_due_at=at(9)), ())

    def test_a_hint_that_came_after_the_read_was_sent_stays_due(self):
        before = replace(FLAGGED, check_due_at=at(9))
        early, _ = transition(before, Read(evidence=seen(8)), at(10))
        late, _ = transition(before, Read(evidence=seen(9)), at(10))
        assert (early.check_due_at, late.check_due_at) == (at(9), None)

    def test_a_failed_read_is_tried_again_later_and_later(self):
        first, effects = transition(FLAGGED, Failed(), at(10))
        second, _ = transition(first, Failed(), at(11))
        assert (first.check_due_at, second.check_due_at, effects) == (at(11), at(13), ())
        assert first.open == FLAGGED.open

    def test_a_read_makes_the_next_try_needless(self):
        failed, _ = transition(FLAGGED, Failed(), at(10))
        flag, _ = transition(failed, Read(evidence=seen(10)), at(10))
        assert (flag.check_due_at, flag.check_tries) == (None, 0)

    def test_an_account_that_is_gone(self):
        assert transition(replace(FLAGGED, check_due_at=at(9)), Gone(), at(10)) == (FLAGGED, ())

    def test_cleared_by_hand(self):
        flag, effects = transition(replace(FLAGGED, changed_at=at(1)), Cleared(), at(9))
        assert (flag.needs_reset, flag.changed_at) == (False, at(1))
        assert (effects, flag.mirror_due_at) == ((Closed((1,), "cleared", at(9)),), at(9))

    def test_nothing_to_clear(self):
        assert transition(BOUND, Cleared(), at(9)) == (BOUND, ())

    def test_a_campaign_is_taken_back(self):
        before = replace(FLAGGED, open=(open_since(5, campaign=7), open_since(6, key=2)))
        flag, effects = transition(before, Withdrawn(campaign=7), at(9))
        assert [one.key for one in flag.open] == [2]
        assert effects == (Closed((1,), "withdrawn", at(9)),)


class TestTheTenantsCopy:
    """Desired, last known and seen there: the last row of the table."""

    def test_in_step(self):
        flag, _ = transition(FLAGGED, Read(evidence=seen(9, flagged=True)), at(9))
        assert (flag.mirrored, flag.mirror_due_at) == (True, None)

    def test_ours_moved(self):
        flag, _ = transition(replace(FLAGGED, mirrored=False), Read(evidence=seen(9)), at(9))
        assert (flag.needs_reset, flag.mirror_due_at) == (True, at(9))

    def test_raised_there(self):
        event = Read(evidence=seen(9, flagged=True, flagged_since=at(7), flagged_from=at(60)))
        flag, effects = transition(BOUND, event, at(9))
        adopted = Demand(reason="tenant", raised_at=at(7), enforce_from=at(60))
        assert (flag.needs_reset, flag.mirrored, effects) == (True, True, (Opened(adopted),))

    @pytest.mark.parametrize("since", [None, at(99)], ids=["no time", "a time to come"])
    def test_raised_there_without_a_time_that_can_be_believed(self, since):
        flag, _ = transition(BOUND, Read(evidence=seen(9, flagged=True, flagged_since=since)), at(9))
        assert flag.required_at == at(9)

    def test_raised_there_and_answered_already(self):
        event = Read(evidence=seen(9, changed=8, flagged=True, flagged_since=at(7), outdated=True))
        flag, effects = transition(BOUND, event, at(9))
        assert (flag.needs_reset, flag.mirror_due_at, effects) == (False, at(9), (Changed(at(8)),))

    @pytest.mark.parametrize("grace", [0, 60])
    def test_a_breach_is_told_while_it_is_open(self, grace):
        up, _ = transition(FLAGGED, Required(demand=demand(6, reason="breach", campaign=1, grace=grace)), at(6))
        assert (FLAGGED.wanted.breach, up.wanted.breach, up.mirror_due_at) == (False, True, at(6))
        over, _ = transition(replace(up, mirror_due_at=None), Withdrawn(campaign=1), at(7))
        assert (over.needs_reset, over.wanted.breach, over.mirror_due_at) == (True, False, at(7))

    def test_a_breach_that_opens_while_the_copy_is_written_is_still_due(self):
        """Not even its time tells it from what was there before."""
        before = replace(FLAGGED, mirror_due_at=at(8))
        after, _ = transition(before, Required(demand=demand(5, reason="breach")), at(8))
        flag, _ = transition(after, Mirrored(evidence=seen(9, flagged=True), wanted=before.wanted), at(9))
        assert flag.mirror_due_at == at(8)
        flag, _ = transition(after, Mirrored(evidence=seen(9, flagged=True), wanted=after.wanted), at(9))
        assert flag.mirror_due_at is None

    def test_lowered_there_lowers_nothing_here(self):
        flag, _ = transition(FLAGGED, Read(evidence=seen(9)), at(9))
        assert (flag.needs_reset, flag.mirrored, flag.mirror_due_at) == (True, False, at(9))

    def test_one_that_others_raised_before_we_looked_is_not_ours_to_lower(self):
        """A site that asks nothing at first sign-ins, or a row from before the copy was looked at."""
        event = Read(evidence=seen(9, flagged=True, flagged_since=at(7)))
        flag, effects = transition(replace(BOUND, mirrored=None), event, at(9))
        assert (flag.needs_reset, flag.mirrored, flag.mirror_due_at, effects) == (False, None, None, ())

    def test_until_the_password_was_changed_after_its_time(self):
        event = Read(evidence=seen(9, changed=8, flagged=True, flagged_since=at(7), outdated=True))
        flag, _ = transition(replace(BOUND, mirrored=None), event, at(9))
        assert (flag.mirrored, flag.mirror_due_at) == (True, at(9))

    def test_or_was_lowered_and_raised_again(self):
        lowered, _ = transition(replace(BOUND, mirrored=None), Read(evidence=seen(9)), at(9))
        flag, _ = transition(lowered, Read(evidence=seen(10, flagged=True)), at(10))
        assert (flag.needs_reset, flag.mirrored) == (True, True)

    def test_an_older_read_says_nothing_about_it(self):
        before = replace(BOUND, read_at=at(10))
        flag, effects = transition(before, Read(evidence=seen(9, flagged=True)), at(11))
        assert (flag.mirrored, effects) == (False, ())

    def test_nobody_else_has_one(self):
        event = Read(evidence=seen(9, flagged=True, database=""))
        flag, effects = transition(replace(BOUND, home="elsewhere"), event, at(9))
        assert (flag.needs_reset, flag.mirror_due_at, effects) == (False, None, ())


minutes = st.integers(0, 60)
maybe = st.none() | minutes
subjects = st.sampled_from([BOB, BOB, BOB, "auth0|second"])


def consistent(since, changed, **more):
    """A read in which the copy is outdated exactly when the change is later than the time that it names."""
    outdated = since is not None and changed is not None and changed > since
    return seen(**more, changed=changed, flagged_since=None if since is None else at(since), outdated=outdated)


evidences = st.builds(
    consistent, maybe, maybe, minutes=minutes, subject=subjects, database=st.sampled_from(["db", "db", ""]),
    flagged=st.booleans(),
)  # fmt: skip
reasons = st.sampled_from(["administrator", "breach"])
demands = st.builds(demand, minutes, grace=minutes, campaign=st.sampled_from([None, 1, 2]), reason=reasons)
lowering = st.one_of(
    st.builds(Read, evidence=evidences),
    st.builds(SignedIn, evidence=evidences, asks=st.none() | demands),
    st.just(Cleared()),
    st.builds(Withdrawn, campaign=st.sampled_from([1, 2])),
)
harmless = st.one_of(st.just(Hinted()), st.just(Failed()), st.just(Gone()))
raising = st.builds(Required, demand=demands, person=st.builds(Person), again=st.booleans())
events = st.one_of(lowering, harmless, raising)


def play(happened, flag=Flag()):  # noqa: B008 - frozen
    """Let these happen, one a minute; rows get keys as a database gives them. Returns the state and all effects."""
    done = []
    for number, event in enumerate(happened):
        flag, effects = transition(flag, event, at(number))
        keyed = [
            one if one.key else replace(one, key=1000 * number + place + 1) for place, one in enumerate(flag.open)
        ]
        flag = replace(flag, open=tuple(keyed))
        done.extend(effects)
    return flag, done


@given(st.lists(events, max_size=30))
def test_what_holds_after_anything(happened):
    flag, effects = play(happened)
    assert flag.needs_reset == bool(flag.open)
    assert (flag.required_at is None) == (flag.enforce_from is None) == (not flag.open)
    assert not flag.open or flag.shown.raised_at == max(one.raised_at for one in flag.open)
    opened, closed = [one for one in effects if isinstance(one, Opened)], [
        key for one in effects if isinstance(one, Closed) for key in one.keys
    ]  # fmt: skip
    assert len(opened) == len(closed) + len(flag.open)
    assert len(set(closed)) == len(closed)
    assert flag.wanted.breach == any(one.reason == "breach" for one in flag.open)
    if flag.home == "database" and flag.mirrored is not None and flag.mirrored != flag.needs_reset:
        assert flag.mirror_due_at is not None


@given(st.lists(events, max_size=20), st.lists(harmless, min_size=1, max_size=5))
def test_hints_and_failures_move_nothing_but_when_to_look(happened, then):
    before, _ = play(happened)
    after, effects = play(then, before)
    times = {"check_due_at": before.check_due_at, "check_tries": before.check_tries}
    assert (replace(after, **times), effects) == (before, [])


@given(st.lists(events, max_size=20), evidences)
def test_the_same_read_twice_is_the_same_as_once(happened, evidence):
    before, _ = play(happened)
    once, _ = transition(before, Read(evidence=evidence), at(100))
    twice, effects = transition(once, Read(evidence=evidence), at(100))
    assert (twice, effects) == (once, ())


@given(st.lists(events, max_size=20), events)
def test_only_a_later_change_closes_as_changed(happened, event):
    before, _ = play(happened)
    _, effects = transition(before, event, at(100))
    for closed in [one for one in effects if isinstance(one, Closed) and one.status == "changed"]:
        evidence = event.evidence
        assert evidence.changed_at is not None
        for one in [one for one in before.open if one.key in closed.keys]:
            assert one.raised_at < evidence.changed_at or one.raised_at <= before.read_at < evidence.read_at or (
                before.changed_at is None or before.changed_at < evidence.changed_at
            )  # fmt: skip


@given(st.lists(events, max_size=20), evidences)
def test_times_never_go_back(happened, evidence):
    before, _ = play(happened)
    after, _ = transition(before, Read(evidence=evidence), at(100))
    for name in ("changed_at", "read_at", "sessions_valid_since"):
        old, new = getattr(before, name), getattr(after, name)
        assert old is None or new >= old


seconds = st.integers(0, 10_000).map(lambda tenths: NINE + timedelta(seconds=tenths / 10))


def shows(change, known, last_read):
    evidence = Evidence(subject=BOB, read_at=at(100), changed_at=change, changed_here=change, database="db")
    return evidence, Flag(subject=BOB, changed_at=known, read_at=last_read)


@given(seconds, seconds, st.none() | seconds, st.none() | seconds)
def test_what_answers(change, raised_at, known, last_read):
    """Only news does: when clearly later; equal or earlier only where a read after the raise did not show it."""
    evidence, flag = shows(change, known, last_read)
    answered = answers(evidence, Requirement(reason="policy", raised_at=raised_at, enforce_from=raised_at), flag)
    is_news = known is None or change > known
    not_shown_then = is_news and last_read is not None and raised_at <= last_read
    assert answered == (is_news and (change - raised_at > timedelta(seconds=2) or not_shown_then))


@given(seconds, st.none() | seconds)
def test_nothing_but_a_change_answers(raised_at, last_read):
    evidence, flag = shows(None, None, last_read)
    assert not answers(evidence, Requirement(reason="policy", raised_at=raised_at, enforce_from=raised_at), flag)
