"""What staff see in the admin: lists, filters, a user's timeline."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.utils import timezone

from auth0_password.models import PasswordState, ResetCampaign, ResetRequirement
from auth0_password.services import clear_reset, end_sessions, look, reconcile, rehearse_reset, require_reset, subjects
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db
STATES = "/admin/auth0_password/passwordstate/"


@pytest.fixture
def alice(django_user_model, auth0_gateway):
    auth0_gateway.add("auth0|alice", email="alice@example.com")
    user = django_user_model.objects.create_user("alice", "alice@example.com")
    subjects.bind(user, auth0_gateway.read_user("auth0|alice"))
    return user


@pytest.fixture
def carol(django_user_model, auth0_gateway):
    auth0_gateway.add("google-oauth2|carol")
    user = django_user_model.objects.create_user("carol")
    subjects.bind(user, auth0_gateway.read_user("google-oauth2|carol"))
    return user


@pytest.fixture
def shown(client, grace):
    """Whom a list shows."""
    client.force_login(grace)

    def names(query):
        rows = client.get(f"{STATES}{query}").context["cl"].result_list
        return {state.user.username for state in rows}

    return names


def timeline(client, user):
    return [entry.what for entry in client.get(f"{STATES}{user.pk}/timeline/").context["entries"]]


class TestStates:
    def test_who_is_held_back_and_who_has_time_left(self, shown, bob, alice, carol):
        require_reset(bob, reason="policy", enforce_from=timezone.now() + timedelta(days=3))
        require_reset(alice, reason="breach")
        assert shown("?standing=required") == {"bob", "alice"}
        assert shown("?standing=blocks") == {"alice"}
        assert shown("?standing=grace") == {"bob"}
        assert shown("?standing=clear") == {"carol"}
        assert shown("?requirement__reason__exact=policy") == {"bob"}
        assert shown("?password_home__exact=elsewhere") == {"carol"}
        assert shown("?connection=google-oauth2") == {"carol"}

    def test_whom_a_campaign_asked(self, shown, bob, alice, carol):
        require_reset([bob, carol], reason="policy")
        rehearse_reset([alice], reason="policy", by=None)
        asked = ResetCampaign.objects.get(status="finished")
        assert shown(f"?campaign={asked.uuid}") == {"bob"}
        assert shown("?campaign=nonsense") == {"bob", "alice", "carol"}

    @pytest.mark.parametrize(
        ("words", "found"), [("bob", {"bob"}), ("alice@example", {"alice"}), ("google", {"carol"})]
    )
    def test_searched_by_name_address_and_subject(self, shown, bob, alice, carol, words, found):
        assert shown(f"?q={words}") == found

    def test_which_ways_are_open_and_why_not_the_others(self, client, grace, bob, carol):
        require_reset(bob, reason="breach")
        client.force_login(grace)
        text = client.get(f"{STATES}{bob.pk}/change/").content.decode()
        assert "email_link, universal_login, reauthenticate (breach)" in text
        text = client.get(f"{STATES}{carol.pk}/change/").content.decode()
        assert "reauthenticate (elsewhere), email_link (elsewhere), universal_login (elsewhere)" in text

    def test_a_page_costs_the_same_for_many(self, client, grace, bob, alice, django_assert_max_num_queries):
        require_reset([bob, alice], reason="policy")
        client.force_login(grace)
        client.get(STATES)
        with django_assert_max_num_queries(12):
            client.get(STATES)

    def test_rehearsals_are_nobodys_business(self, client, grace, bob):
        rehearse_reset([bob], reason="policy", by=grace)
        client.force_login(grace)
        for model in ("resetrequirement", "resetcampaign"):
            assert not client.get(f"/admin/auth0_password/{model}/").context["cl"].result_list
        assert timeline(client, bob) == ["Last read at Auth0"]


def test_a_campaign_counts_how_far_it_is(client, grace, bob, alice, carol, auth0_gateway, later):
    require_reset([bob, alice, carol], reason="policy", tell="auth0")
    later(minutes=1)
    auth0_gateway.change_password(BOB)
    look(bob)
    client.force_login(grace)
    page = f"/admin/auth0_password/resetcampaign/{ResetCampaign.objects.get().pk}/change/"
    assert "2 waiting" in client.get(page).content.decode()
    reconcile(["tell"])
    text = client.get(page).content.decode()
    for words in ("1 open", "1 password changed", "1 skipped", "1 sent", "1 not_needed"):
        assert words in text


class TestTimeline:
    def test_bobs_story(self, client, grace, bob, auth0_gateway, later):
        client.force_login(grace)
        later(minutes=1)
        require_reset(bob, reason="policy", by=grace, message="Twelve characters.", tell="auth0")
        later(minutes=1)
        reconcile(["tell"])
        later(minutes=1)
        clear_reset(bob, by=grace, note="wrong Bob")
        later(minutes=1)
        require_reset(bob, reason="breach", enforce_from=timezone.now() + timedelta(minutes=1))
        later(minutes=2)
        auth0_gateway.change_password(BOB)
        later(minutes=1)
        look(bob)
        later(minutes=1)
        end_sessions(bob, by=grace)
        assert timeline(client, bob) == [
            "All sessions were ended",
            "Sessions from before the change were ended",
            "Last read at Auth0",
            "A new password answered it",
            "The password was changed at Auth0",
            "Blocks from here on: the password may be known to others",
            "New password required: the password may be known to others",
            "Cleared by hand",
            "Told by Auth0's own mail with a link",
            "New password required: the password rules changed",
        ]
        text = client.get(f"{STATES}{bob.pk}/timeline/").content.decode()
        assert "Twelve characters." in text
        assert "wrong Bob" in text

    def test_the_first_time_at_the_door_and_what_was_skipped(self, client, grace, bob, carol):
        require_reset([bob, carol], reason="policy")
        ResetRequirement.objects.open().update(first_blocked_at=timezone.now())
        client.force_login(grace)
        assert "Held back for the first time" in timeline(client, bob)
        assert "Not required, skipped: elsewhere" in timeline(client, carol)

    def test_of_somebody_of_whom_nothing_is_known(self, client, grace, django_user_model):
        dave = django_user_model.objects.create_user("dave")
        client.force_login(grace)
        text = client.get(f"{STATES}{dave.pk}/timeline/").content.decode()
        assert "Nothing is known" in text
        assert not PasswordState.objects.filter(user=dave).exists()
        assert client.get(f"{STATES}999/timeline/").status_code == 404

    def test_is_linked_for_who_may_see_it(self, client, grace, bob, django_user_model):
        client.force_login(grace)
        link = f'href="{STATES}{bob.pk}/timeline/"'
        pages = [f"/admin/auth/user/{bob.pk}/change/", f"{STATES}{bob.pk}/change/", STATES]
        assert all(link in client.get(page).content.decode() for page in pages)
        sam = django_user_model.objects.create_user("sam", is_staff=True)
        sam.user_permissions.set(Permission.objects.filter(codename="view_user"))
        client.force_login(sam)
        assert link not in client.get(pages[0]).content.decode()
        assert client.get(f"{STATES}{bob.pk}/timeline/").status_code == 403


@pytest.mark.parametrize("model", ["passwordstate", "resetrequirement", "passwordchange", "resetcampaign"])
def test_the_record_is_for_looking_at(client, grace, bob, alice, auth0_gateway, later, model):
    """ADM-04: nobody edits it."""
    require_reset([bob, alice], reason="policy")
    later(minutes=1)
    auth0_gateway.change_password(BOB)
    look(bob)
    client.force_login(grace)
    page = f"/admin/auth0_password/{model}/"
    row = client.get(page).context["cl"].result_list[0].pk
    assert client.get(f"{page}add/").status_code == 403
    assert client.get(f"{page}{row}/change/").status_code == 200
    assert client.post(f"{page}{row}/change/", {"needs_reset": ""}).status_code == 403
    assert client.post(f"{page}{row}/delete/", {"post": "yes"}).status_code == 403
    client.post(page, {"action": "delete_selected", "_selected_action": row, "post": "yes"})
    assert client.get(page).context["cl"].result_count
