from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from auth0_password.services.flag import Raise, answers, is_newer, recompute

START = datetime(2026, 11, 20, 9, tzinfo=UTC)
moments = st.integers(0, 10_000).map(lambda tenths: START + timedelta(seconds=tenths / 10))
maybe = st.none() | moments
raises = st.lists(st.builds(Raise, pk=st.integers(1, 99), raised_at=moments, enforce_from=moments))


@given(raises)
def test_the_flag_is_up_exactly_while_something_is_open(standing):
    flag = recompute(standing)
    assert flag.needs_reset == bool(standing)
    assert (flag.required_at is None) == (flag.enforce_from is None) == (not standing)


@given(raises, st.builds(Raise, pk=st.integers(1, 99), raised_at=moments, enforce_from=moments))
def test_one_more_raise_only_shortens_the_grace(standing, one):
    before, after = recompute(standing), recompute([*standing, one])
    assert after.needs_reset
    if before.enforce_from is not None:
        assert after.enforce_from <= before.enforce_from
        assert after.required_at >= before.required_at


@given(moments, maybe, st.booleans())
def test_nothing_but_a_change_answers(raised_at, last_read, newer):
    assert not answers(None, raised_at, last_read=last_read, newer=newer)


@given(moments, moments, maybe)
def test_a_change_that_was_known_before_never_answers_what_was_raised_after_it(change, raised_at, last_read):
    if change <= raised_at:
        assert not answers(change, raised_at, last_read=last_read, newer=False)


@given(moments, moments, maybe, st.booleans())
def test_a_clearly_later_change_always_answers(change, raised_at, last_read, newer):
    if change > raised_at + timedelta(seconds=2):
        assert answers(change, raised_at, last_read=last_read, newer=newer)


@given(moments, moments, moments)
def test_a_new_change_answers_what_was_raised_before_the_last_read_whatever_the_clocks_say(
    change, raised_at, last_read
):
    if raised_at <= last_read:
        assert answers(change, raised_at, last_read=last_read, newer=True)


@given(moments, moments, st.booleans())
def test_equal_or_earlier_never_answers_without_such_a_read(change, raised_at, newer):
    if change <= raised_at:
        assert not answers(change, raised_at, last_read=None, newer=newer)


@given(moments, maybe)
def test_newer_means_later(change, known):
    assert is_newer(change, known) == (known is None or change > known)
    assert not is_newer(None, known)
