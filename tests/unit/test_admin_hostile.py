"""Staff who post what no page of theirs offers, and what the admin's pages, log and mails hold: ADM-01 to ADM-05."""
# ruff: noqa: F811 - fixtures of another file are arguments here

import logging
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import signing
from django.utils import timezone

from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import look, reconcile, require_reset, subjects
from tests.unit.conftest import BOB
from tests.unit.test_admin import (
    ACTS,
    OURS,
    PERMISSIONS,
    STATES,
    USERS,
    alice,  # noqa: F401 - a fixture
    answer,
    choose,
    confirm,
    may,
    require,
    sam,  # noqa: F401 - a fixture
    statuses,
)

pytestmark = pytest.mark.django_db
ACTION = dict(zip(ACTS, OURS[1:], strict=True))
LISTS = [
    STATES,
    *(f"/admin/auth0_password/{model}/" for model in ("resetrequirement", "passwordchange", "resetcampaign")),
]


@pytest.fixture
def carol(django_user_model, auth0_gateway):
    """A reader whom Sam's user admin does not show."""
    user = django_user_model.objects.create_user("carol", "carol@example.com")
    subjects.bind(user, auth0_gateway.add("auth0|carol", email="carol@example.com"))
    return user


@pytest.fixture
def in_sams_branch(monkeypatch):
    """The library shows its staff the readers of their own branch."""
    from demo_site.admin import ReaderAdmin

    shown = ReaderAdmin.get_queryset
    monkeypatch.setattr(ReaderAdmin, "get_queryset", lambda *args: shown(*args).exclude(username="carol"))


def touched():
    """Of whom anything is different from the beginning: a requirement closed, a link wanted or sent, an end."""
    closed = ResetRequirement.objects.exclude(status__in=["open", "skipped", "draft"])
    ended = PasswordState.objects.exclude(sessions_ended_at=None, link_due_at=None)
    return {row.user.username for rows in (closed, ended) for row in rows}


@pytest.fixture
def calls(auth0_gateway, bob, alice, carol, grace):
    """Everybody is flagged and known at Auth0; what the tenant is asked about them from then on."""
    subjects.bind(grace, auth0_gateway.add("auth0|grace", email="grace@example.com"))
    require_reset([bob, alice, carol, grace], reason="policy", by=grace)
    auth0_gateway.calls.clear()
    return auth0_gateway.calls


class TestTamperedSelections:
    """ADM-02."""

    @pytest.mark.parametrize("page", [USERS, STATES])
    @pytest.mark.parametrize("act", ACTS)
    def test_only_whom_staff_may_see_and_touch(
        self,
        client,
        sam,
        bob,
        alice,
        carol,
        grace,
        calls,
        in_sams_branch,
        page,
        act,
        caplog,
    ):
        """Bob is Sam's to care for; Carol is hidden, Grace a superuser, 999 nobody, and Bob is named twice."""
        may(sam, "view_user", "view_passwordstate", *PERMISSIONS)
        client.force_login(sam)
        chosen = [bob.pk, carol.pk, grace.pk, 999, str(bob.pk)]
        asked = client.post(page, {"action": ACTION[act], "_selected_action": chosen, "index": 0})
        assert "1 user." in asked.content.decode()
        assert f"user {sam.pk} may not {PERMISSIONS[1:][ACTS.index(act)]} of superusers {grace.pk}" in caplog.text
        text = answer(client, act, asked, note="x", _selected_action=[carol.pk, grace.pk]).content.decode()
        assert "1 user" in text
        assert touched() <= {"bob"}
        assert {call.about for call in calls if call.verb != "read_connection"} <= {"auth0|bob", "bob@example.com"}
        assert set(LogEntry.objects.values_list("user", "object_id")) == {(sam.pk, str(bob.pk))}

    @pytest.mark.parametrize("action", OURS)
    def test_selecting_everybody_selects_no_more(
        self, client, sam, bob, alice, carol, grace, calls, in_sams_branch, action
    ):
        may(sam, "view_user", *PERMISSIONS)
        asked = choose(client, sam, action, bob, select_across=1)
        text = client.get(asked.url).content.decode() if asked.status_code == 302 else asked.content.decode()
        assert "carol" not in text
        if action == OURS[0]:
            confirm(client, asked.url)
            assert not ResetRequirement.objects.filter(user=carol, by=sam).exists()
            assert not ResetRequirement.objects.filter(user=grace, by=sam).exclude(skip_reason="superuser").exists()
        else:
            answer(client, dict(zip(OURS[1:], ACTS, strict=True))[action], asked, note="x")
        assert not touched() & {"carol", "grace"}
        assert not LogEntry.objects.exclude(object_id__in=[str(user.pk) for user in (bob, alice, sam)]).exists()

    @pytest.mark.parametrize("ids", [["x"], ["1 OR 1=1"], [""], ["-1"], ["999999999999999999999999"]])
    @pytest.mark.parametrize("action", OURS)
    def test_nonsense_for_ids(self, client, grace, bob, calls, action, ids):
        client.force_login(grace)
        client.raise_request_exception = False
        client.post(USERS, {"action": action, "_selected_action": ids, "index": 0})
        assert touched() == set()
        assert not LogEntry.objects.exists()


class TestForgedPosts:
    """ADM-01."""

    @pytest.mark.parametrize("page", LISTS)
    def test_the_record_is_shown_to_who_may_see_it(self, client, sam, bob, alice, calls, page):
        model = page.split("/")[-2]
        others = [
            name for name in ("passwordstate", "resetrequirement", "passwordchange", "resetcampaign") if name != model
        ]
        client.force_login(may(sam, "view_user", "change_user", *PERMISSIONS, *(f"view_{name}" for name in others)))
        assert client.get(page).status_code == 403
        may(sam, f"view_{model}")
        assert client.get(page).status_code == 200

    @pytest.mark.parametrize("model", ["passwordstate", "resetrequirement", "passwordchange", "resetcampaign"])
    def test_not_even_with_djangos_own_rights_is_it_edited(
        self,
        client,
        sam,
        bob,
        grace,
        auth0_gateway,
        later,
        model,
    ):
        """Staff who were given every right that Django makes, to delete users among them."""
        require_reset([bob, grace], reason="policy")
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        sam.user_permissions.set(Permission.objects.all())
        client.force_login(sam)
        page = f"/admin/auth0_password/{model}/"
        before = kept(model)
        row = next(iter(before))
        for url in (f"{page}add/", f"{page}{row}/change/", f"{page}{row}/delete/"):
            for data in ({"post": "yes"}, {"_save": "1", "status": "cleared"}, {"_saveasnew": "1"}):
                assert client.post(url, data).status_code == 403, url
        for action in ("delete_selected", "nonsense"):
            client.post(page, {"action": action, "_selected_action": row, "post": "yes"})
        client.post(page, {"_save": "1", "form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-id": row})
        assert kept(model) == before

    @pytest.mark.parametrize("act", ACTS)
    def test_a_selection_of_ones_own_making(self, client, sam, bob, calls, act):
        """Unsigned, signed for another purpose, or of another shape."""
        client.force_login(may(sam, *PERMISSIONS))
        data = {"act": act, "by": str(sam.pk), "keys": [str(bob.pk)], "back": "/"}
        for selection in ("", str(data), signing.dumps(data), signing.dumps(data, salt="auth0_password")):
            assert client.post(f"{STATES}act/{act}/", {"selection": selection, "note": "x"}).status_code == 400
        assert touched() == set()
        assert calls == []


def kept(model):
    """All that is kept, by key."""
    rows = apps.get_model("auth0_password", model).objects.values()
    return {next(iter(row.values())): row for row in rows}


class TestSecrets:
    """ADM-03: the sweep."""

    def test_no_password_ticket_or_address_reaches_staff(
        self,
        client,
        grace,
        bob,
        alice,
        auth0_gateway,
        later,
        mailoutbox,
        caplog,
    ):
        """Alice's address at Auth0 is not the one that the site has."""
        caplog.set_level(logging.DEBUG)
        bob.set_password("Quiet-Harbour-42!")
        bob.save()
        seen = []
        for tell in ("auth0", "mail"):
            page = choose(client, grace, "require_new_password", bob, alice).url
            seen += [client.get(page), confirm(client, page, tell=tell)]
            reconcile()
        for act, action in ACTION.items():
            page = choose(client, grace, action, bob, alice)
            seen += [page, answer(client, act, page, note="on the phone")]
            reconcile()
            later(minutes=2)
        pages = [
            *LISTS,
            USERS,
            f"{STATES}{alice.pk}/timeline/",
            f"{STATES}{alice.pk}/change/",
            f"{USERS}{alice.pk}/history/",
        ]
        seen += [client.get(url) for url in pages]
        assert {page.status_code for page in seen} == {200}
        held = [page.content.decode() for page in seen]
        held += [caplog.text, *map(str, LogEntry.objects.values())]
        held += [f"{mail.subject} {mail.body} {mail.alternatives}" for mail in mailoutbox]
        for secret in ("secret.example", "reset-verify", "Quiet-Harbour-42!", bob.password):
            assert not [text for text in held if secret in text], secret
        assert auth0_gateway.tickets == []
        assert {address for mail in mailoutbox for address in mail.to} == {"bob@example.com", "alice@secret.example"}
        assert set(auth0_gateway.mails) == {"bob@example.com", "alice@secret.example"}


class TestLog:
    """ADM-04: only what happened, and nothing that outlives the user."""

    def test_what_somebody_writes_about_a_user_goes_with_the_user(self, client, grace, bob):
        require(client, grace, bob, message="Bob, call me: bob@example.com")
        page = choose(client, grace, "clear_requirement", bob)
        answer(client, "clear", page, note="bob@example.com was on the phone")
        assert ResetRequirement.objects.get().note == "bob@example.com was on the phone"
        assert LogEntry.objects.count() == 2
        assert not [entry for entry in LogEntry.objects.values() if "bob@" in str(entry)]

    def test_what_was_not_done_is_not_written_down(self, client, grace, bob, alice, later):
        grace.set_unusable_password()
        grace.save()
        client.force_login(grace)
        require_reset([grace, bob], reason="policy", enforce_from=timezone.now() + timedelta(days=1))
        answer(client, "clear", choose(client, grace, "clear_requirement", bob, alice, grace), note="all three")
        assert statuses() == {"grace": "open", "bob": "cleared"}
        assert list(LogEntry.objects.values_list("object_id", flat=True)) == [str(bob.pk)]
        answer(client, "sessions", choose(client, grace, "end_sessions", alice, grace))
        assert list(LogEntry.objects.order_by("pk").values_list("object_id", flat=True)) == [
            str(bob.pk),
            str(alice.pk),
        ]


class TestFrozenSets:
    """ADM-05."""

    @pytest.mark.parametrize("act", ACTS)
    def test_who_comes_to_match_afterwards_is_not_meant(
        self,
        client,
        grace,
        bob,
        alice,
        django_user_model,
        auth0_gateway,
        act,
    ):
        require_reset(bob, reason="policy")
        asked = choose(client, grace, ACTION[act], bob, select_across=1)
        assert "3 users." in asked.content.decode()  # Bob, Alice and Grace
        dave = django_user_model.objects.create_user("dave")
        subjects.bind(dave, auth0_gateway.add("auth0|dave", email="dave@example.com"))
        require_reset(dave, reason="policy")
        auth0_gateway.calls.clear()
        bob_is_gone = bob.pk
        bob.delete()
        answer(client, act, asked, note="x", select_across=1, _selected_action=[dave.pk])
        assert "dave" not in touched()
        assert not {call.about for call in auth0_gateway.calls} & {"auth0|dave", "dave@example.com", "auth0|bob"}
        assert not LogEntry.objects.filter(object_id__in=[str(dave.pk), str(bob_is_gone)]).exists()

    def test_whoever_becomes_the_last_superuser_meanwhile_asks_again(self, client, grace, bob, django_user_model):
        """The rehearsal had no warning; when it is confirmed there is one, and it takes a second thought."""
        grace.set_unusable_password()
        grace.save()
        other = django_user_model.objects.create_superuser("heidi")
        page = choose(client, other, "require_new_password", grace).url
        assert "superusers" not in client.get(page).content.decode()
        other.is_superuser = False
        other.save()
        may(other, "view_user", "require_reset")
        assert "superusers" in confirm(client, page).content.decode()
        assert statuses() == {"grace": "draft"}
