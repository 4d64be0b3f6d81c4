"""What staff do in the admin, and what they cannot: ADM-01 to ADM-05 of the threat model."""

import logging
import re
from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.core import signing
from django.utils import timezone

from auth0_password.admin import asking, requiring
from auth0_password.exceptions import GatewayUnavailableError
from auth0_password.models import PasswordState, ResetCampaign, ResetRequirement
from auth0_password.services import reconcile, require_reset, subjects
from auth0_password.services.reconcile import Counts

pytestmark = pytest.mark.django_db
USERS, STATES = "/admin/auth/user/", "/admin/auth0_password/passwordstate/"
OURS = ["require_new_password", "clear_requirement", "send_link", "look_again", "end_sessions"]
ACTS = ["clear", "link", "look", "sessions"]
PERMISSIONS = ["require_reset", "clear_reset", "send_link", "look_again", "end_sessions"]


def may(user, *codenames):
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return user


@pytest.fixture
def sam(django_user_model):
    """Staff, who may look at users but require nothing."""
    return may(django_user_model.objects.create_user("sam", is_staff=True), "view_user", "change_user")


@pytest.fixture
def alice(django_user_model, auth0_gateway):
    auth0_gateway.add("auth0|alice", email="alice@secret.example")
    user = django_user_model.objects.create_user("alice", "alice@example.com", first_name="Alice")
    subjects.bind(user, auth0_gateway.read_user("auth0|alice"))
    return user


def choose(client, who, action, *people, page=USERS, **more):
    client.force_login(who)
    selected = [person.pk for person in people]
    return client.post(page, {"action": action, "_selected_action": selected, "index": 0, **more})


def selection_of(response):
    return re.search(r'name="selection" value="([^"]+)"', response.content.decode())[1]


def answer(client, act, question, **more):
    return client.post(f"{STATES}act/{act}/", {"selection": selection_of(question), **more}, follow=True)


def confirm(client, page, **said):
    return client.post(page, {"reason": "administrator", "tell": "none", "message": "", **said}, follow=True)


def require(client, who, *people, **said):
    return confirm(client, choose(client, who, "require_new_password", *people).url, **said)


def statuses():
    return {
        row.user.username: row.skip_reason or row.status for row in ResetRequirement.objects.select_related("user")
    }


class TestRequire:
    def test_grace_rehearses_it_and_then_requires_it(self, client, grace, bob, alice):
        page = choose(client, grace, "require_new_password", bob).url
        text = client.get(page).content.decode()
        assert "nothing has been required yet" in text
        assert "Require a new password of 1 user" in text
        assert statuses() == {"bob": "draft"}
        text = confirm(client, page, reason="breach", message="A list was found.").content.decode()
        assert "1 user must choose a new password." in text
        row = ResetRequirement.objects.get()
        assert (row.by, row.reason, row.message, row.status) == (grace, "breach", "A list was found.", "open")

    def test_what_is_said_is_checked(self, client, grace, bob, nowhere):
        page = choose(client, grace, "require_new_password", bob).url
        for wrong in (
            {"reason": "boredom"},
            {"reason": "tenant"},
            {"tell": "mail"},
            {"enforce_from": "2020-01-01T00:00"},
        ):
            assert "Nothing was changed yet" in confirm(client, page, **wrong).content.decode(), wrong
        assert statuses() == {"bob": "draft"}
        confirm(client, page, enforce_from="2030-01-01T00:00", tell="auth0")
        row = ResetRequirement.objects.get()
        assert (row.status, row.enforce_from.year, row.tell) == ("open", 2030, "auth0")
        assert row.tell_due_at

    def test_mails_of_the_site_are_offered_where_it_says_where_it_is(self, client, grace, bob, settings):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "SITE_URL": "https://library.example"}
        require(client, grace, bob, tell="mail")
        assert ResetRequirement.objects.get().tell == "mail"

    def test_whoever_is_skipped_is_named_with_the_reason(self, client, grace, bob, alice):
        alice.is_active = False
        alice.save()
        page = choose(client, grace, "require_new_password", bob, alice).url
        assert "Skipped: The account is not active.</strong> alice" in client.get(page).content.decode()
        assert "1 user was skipped. The account is not active." in confirm(client, page).content.decode()
        assert statuses() == {"bob": "open", "alice": "inactive"}

    def test_the_confirmed_set_is_the_rehearsed_one(self, client, grace, bob, alice, django_user_model):
        """ADM-05: everybody who matched was selected, and more match by the time of the confirmation."""
        client.force_login(grace)
        data = {"action": "require_new_password", "_selected_action": [bob.pk], "select_across": 1, "index": 0}
        page = client.post(f"{USERS}?is_superuser__exact=0", data).url
        assert statuses() == {"bob": "draft", "alice": "draft"}
        django_user_model.objects.create_user("dave")
        confirm(client, page, _selected_action=[grace.pk])
        assert statuses() == {"bob": "open", "alice": "open"}

    def test_locking_oneself_out_takes_a_second_thought(self, client, grace, bob):
        grace.set_unusable_password()
        grace.save()
        page = choose(client, grace, "require_new_password", grace).url
        text = client.get(page).content.decode()
        assert "You are one of them" in text
        assert "All superusers are among them" in text
        confirm(client, page)
        assert statuses() == {"grace": "draft"}
        confirm(client, page, understood="on")
        assert statuses() == {"grace": "open"}

    def test_it_goes_on_where_time_ran_out(self, client, grace, bob, alice, monkeypatch):
        page = choose(client, grace, "require_new_password", bob, alice).url
        ticks = iter([0, 1, requiring.SECONDS + 1])
        with monkeypatch.context() as patch:
            patch.setattr(requiring, "monotonic", lambda: next(ticks))
            text = confirm(client, page).content.decode()
        assert "So far 1 user must choose a new password. 1 is still to be asked." in text
        client.post(page)
        assert set(statuses().values()) == {"open"}
        assert LogEntry.objects.count() == 2

    def test_a_rehearsal_is_for_whoever_made_it(self, client, grace, sam, bob, caplog):
        page = choose(client, grace, "require_new_password", bob).url
        client.force_login(may(sam, "require_reset", "view_user"))
        assert client.post(page, {"reason": "policy", "tell": "none"}).status_code == 302
        assert statuses() == {"bob": "draft"}
        assert f"user {sam.pk} may not confirm" in caplog.text

    def test_yesterdays_rehearsal_is_gone(self, client, grace, bob, later):
        page = choose(client, grace, "require_new_password", bob).url
        later(days=1)
        client.force_login(grace)
        assert "nothing to confirm any more" in confirm(client, page).content.decode()
        assert statuses() == {}

    @pytest.mark.parametrize(
        "back", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"]
    )
    def test_it_leads_back_to_this_site_only(self, client, grace, bob, back):
        page = choose(client, grace, "require_new_password", bob).url.partition("?")[0]
        response = client.post(f"{page}?back={back}", {"reason": "policy", "tell": "none"})
        assert response.url == STATES


class TestOtherActs:
    def test_clear_wants_a_note(self, client, grace, bob):
        require_reset(bob, reason="policy")
        page = choose(client, grace, "clear_requirement", bob)
        assert "Nothing was changed yet" in answer(client, "clear", page, note=" ").content.decode()
        assert statuses() == {"bob": "open"}
        text = answer(client, "clear", page, note="on the phone").content.decode()
        assert "1 user need not choose a new password any more." in text
        row = ResetRequirement.objects.get()
        assert (row.status, row.closed_by, row.note) == ("cleared", grace, "on the phone")

    def test_nobody_clears_themselves(self, client, grace, bob, auth0_gateway, later):
        grace.set_unusable_password()
        grace.save()
        client.force_login(grace)
        require_reset([grace, bob], reason="policy", enforce_from=timezone.now() + timedelta(days=1))
        page = choose(client, grace, "clear_requirement", bob, grace)
        assert "somebody else has to clear it" in answer(client, "clear", page, note="both").content.decode()
        assert statuses() == {"grace": "open", "bob": "cleared"}

    def test_end_sessions_but_not_ones_own(self, client, grace, bob):
        page = choose(client, grace, "end_sessions", bob, grace)
        text = answer(client, "sessions", page).content.decode()
        assert "The sessions of 1 user have ended." in text
        assert "Your own sessions go on" in text
        assert PasswordState.objects.get(user=bob).sessions_ended_at
        assert client.get(USERS).status_code == 200

    def test_send_a_link(self, client, grace, bob, alice, auth0_gateway, django_user_model):
        dave = django_user_model.objects.create_user("dave", "dave@example.com")
        page = choose(client, grace, "send_link", bob, alice, dave)
        assert auth0_gateway.mails == []
        text = answer(client, "link", page).content.decode()
        assert "Links were mailed to 2 users." in text
        assert "1 user was skipped: Auth0 keeps no password" in text
        assert sorted(auth0_gateway.mails) == ["alice@secret.example", "bob@example.com"]

    def test_while_auth0_is_down_the_link_waits(self, client, grace, bob, auth0_gateway, later):
        page = choose(client, grace, "send_link", bob)
        auth0_gateway.failing = GatewayUnavailableError("down")
        assert "1 link is waiting to be mailed" in answer(client, "link", page).content.decode()
        auth0_gateway.failing = None
        later(minutes=2)
        assert reconcile(["link"])["link"] == Counts(due=1, done=1)
        assert auth0_gateway.mails == ["bob@example.com"]
        assert reconcile(["link"])["link"] == Counts()

    def test_look_again(self, client, grace, bob, auth0_gateway, later):
        require_reset(bob, reason="policy")
        later(minutes=1)
        auth0_gateway.change_password("auth0|bob")
        page = choose(client, grace, "look_again", bob, page=STATES)
        assert statuses() == {"bob": "open"}
        assert "1 user was read at Auth0." in answer(client, "look", page).content.decode()
        assert statuses() == {"bob": "changed"}

    def test_while_auth0_is_down_the_read_waits(self, client, grace, bob, auth0_gateway):
        page = choose(client, grace, "look_again", bob, page=STATES)
        auth0_gateway.failing = GatewayUnavailableError("down")
        assert "Auth0 gave no answer about 1 user" in answer(client, "look", page).content.decode()
        assert PasswordState.objects.get(user=bob).check_due_at

    def test_many_are_left_to_reconcile(self, client, grace, auth0_gateway, django_user_model, later):
        people = django_user_model.objects.bulk_create(django_user_model(username=f"reader{n}") for n in range(40))
        for person in people:
            subjects.bind(
                person, auth0_gateway.add(f"auth0|{person.username}", email=f"{person.username}@example.com")
            )
        later(minutes=1)
        text = answer(client, "look", choose(client, grace, "look_again", *people)).content.decode()
        assert "35 users will be read at Auth0 soon." in text
        text = answer(client, "link", choose(client, grace, "send_link", *people)).content.decode()
        assert "35 links are waiting to be mailed" in text
        assert {name: counts.done for name, counts in reconcile(["check", "link"]).items()} == {
            "check": 40,
            "link": 35,
        }
        assert len(set(auth0_gateway.mails)) == 40

    def test_thousands_are_one_selection(self, client, grace, django_user_model):
        """More users than a form may have fields."""
        people = django_user_model.objects.bulk_create(django_user_model(username=f"reader{n}") for n in range(1500))
        require_reset(people[-1], reason="policy")
        data = {"action": "clear_requirement", "_selected_action": [people[0].pk], "select_across": 1, "index": 0}
        client.force_login(grace)
        text = answer(client, "clear", client.post(USERS, data), note="all").content.decode()
        assert "Nothing was required of 1499 users" in text
        assert statuses() == {"reader1499": "cleared"}

    def test_too_many_are_for_the_commands(self, client, grace, bob, alice, monkeypatch):
        monkeypatch.setattr(asking, "MOST", 1)
        for action in OURS:
            assert choose(client, grace, action, bob, alice).status_code == 302
        assert not ResetCampaign.objects.exists()
        assert not LogEntry.objects.exists()

    def test_the_list_of_states_has_them_too(self, client, grace, bob):
        require_reset(bob, reason="policy")
        page = choose(client, grace, "clear_requirement", bob, page=STATES)
        answer(client, "clear", page, note="wrong Bob")
        assert statuses() == {"bob": "cleared"}


class TestWhoMayWhat:
    """ADM-01, ADM-02."""

    @pytest.mark.parametrize(
        "rights", [[], ["view_user"], ["view_user", "change_user", "delete_user", "view_passwordstate"]]
    )
    @pytest.mark.parametrize("action", OURS)
    @pytest.mark.parametrize("page", [USERS, STATES])
    def test_a_forged_action_is_refused(self, client, sam, bob, page, action, rights, caplog):
        require_reset(bob, reason="policy")
        assert choose(client, may(sam, *rights), action, bob, page=page).status_code == 403
        assert statuses() == {"bob": "open"}
        assert not LogEntry.objects.exists()
        assert not PasswordState.objects.exclude(link_due_at=None, sessions_ended_at=None).exists()

    @pytest.mark.parametrize("rights", [[], ["view_user", "change_user", "view_passwordstate"]])
    @pytest.mark.parametrize("act", ACTS)
    def test_a_forged_answer_is_refused(self, client, sam, bob, act, rights, caplog):
        require_reset(bob, reason="policy")
        client.force_login(may(sam, *rights))
        data = {"act": act, "by": str(sam.pk), "keys": [str(bob.pk)], "back": "/"}
        signed = signing.dumps(data, salt=asking.SALT, compress=True)
        assert client.post(f"{STATES}act/{act}/", {"selection": signed, "note": "x"}).status_code == 403
        assert statuses() == {"bob": "open"}
        assert "may not" in caplog.text

    @pytest.mark.parametrize("permission", PERMISSIONS)
    def test_each_right_opens_one_action_only(self, client, sam, bob, permission):
        may(sam, "view_user", permission)
        assert [choose(client, sam, action, bob).status_code == 403 for action in OURS] == [
            permission != one for one in PERMISSIONS
        ]

    def test_confirming_a_rehearsal_needs_the_right_too(self, client, sam, bob):
        page = choose(client, may(sam, "view_user", "require_reset"), "require_new_password", bob).url
        may(sam, "view_user")
        assert confirm(client, page).status_code == 403
        assert client.get(page).status_code == 403
        assert statuses() == {"bob": "draft"}

    @pytest.mark.parametrize("action", OURS)
    def test_staff_cannot_touch_a_superuser(self, client, sam, grace, bob, action, auth0_gateway):
        subjects.bind(grace, auth0_gateway.add("auth0|grace", email="grace@example.com"))
        require_reset(grace, reason="policy", by=grace)
        may(sam, "view_user", *PERMISSIONS)
        response = choose(client, sam, action, grace)
        page = client.get(response.url if response.status_code == 302 else USERS).content.decode()
        assert "nly a superuser may" in page
        assert statuses()["grace"] in {"open", "superuser"}
        assert PasswordState.objects.get(user=grace).needs_reset
        assert not PasswordState.objects.exclude(link_due_at=None, sessions_ended_at=None).exists()

    @pytest.mark.parametrize("act", ACTS)
    def test_nor_one_who_became_it_meanwhile(self, client, sam, bob, act, caplog):
        require_reset(bob, reason="policy")
        may(sam, "view_user", *PERMISSIONS)
        names = dict(zip(ACTS, OURS[1:], strict=True))
        page = choose(client, sam, names[act], bob)
        bob.is_superuser = True
        bob.save()
        text = answer(client, act, page, note="x").content.decode()
        assert "1 superuser was skipped" in text
        assert statuses() == {"bob": "open"}
        assert f"superusers {bob.pk}" in caplog.text
        assert not LogEntry.objects.exists()

    def test_a_mixed_selection_does_what_is_allowed(self, client, sam, grace, bob):
        may(sam, "view_user", *PERMISSIONS)
        require(client, sam, grace, bob, reason="policy")
        assert statuses() == {"grace": "superuser", "bob": "open"}

    def test_staff_act_on_the_users_that_their_admin_shows(self, client, sam, bob, alice, monkeypatch):
        from demo_site.admin import ReaderAdmin

        may(sam, "view_user", "view_passwordstate", *PERMISSIONS)
        shown = ReaderAdmin.get_queryset
        page = choose(client, sam, "end_sessions", bob, alice)
        rehearsed = choose(client, sam, "require_new_password", bob, alice).url
        monkeypatch.setattr(ReaderAdmin, "get_queryset", lambda *args: shown(*args).exclude(username="alice"))
        answer(client, "sessions", page)
        confirm(client, rehearsed)
        require(client, sam, bob, alice)
        assert statuses() == {"bob": "open"}
        ended = PasswordState.objects.filter(sessions_ended_at__isnull=False)
        assert list(ended.values_list("user__username", flat=True)) == ["bob"]
        choose(client, sam, "clear_requirement", alice, page=STATES)
        assert "alice" not in client.get(STATES).content.decode()
        assert client.get(f"{STATES}{alice.pk}/timeline/").status_code == 404

    def test_a_selection_is_for_one_person_and_one_act(self, client, sam, grace, bob, caplog):
        may(sam, "view_user", *PERMISSIONS)
        page = choose(client, sam, "send_link", bob)
        assert answer(client, "sessions", page).status_code == 400
        client.force_login(grace)
        assert answer(client, "link", page).status_code == 400
        assert client.post(f"{STATES}act/link/", {"selection": "x"}).status_code == 400
        assert caplog.text.count("not made for them") == 3

    def test_nor_for_ever(self, client, grace, bob, later):
        page = choose(client, grace, "send_link", bob)
        later(hours=2)
        assert answer(client, "link", page).status_code == 400

    @pytest.mark.parametrize("url", [f"{STATES}act/clear/", f"{STATES}act/nonsense/"])
    def test_looking_does_nothing(self, client, grace, url):
        client.force_login(grace)
        assert client.get(url).status_code == 405

    def test_nobody_who_is_not_staff(self, client, bob, grace):
        page = choose(client, grace, "require_new_password", bob).url
        client.force_login(bob)
        for url in (page, f"{STATES}act/clear/", f"{STATES}{bob.pk}/timeline/"):
            assert client.post(url).status_code == 302
        assert statuses() == {"bob": "draft"}


class TestWhatIsWrittenDown:
    """ADM-03, ADM-04."""

    def test_each_act_leaves_who_whom_what_and_when(self, client, grace, bob):
        require(client, grace, bob, reason="breach")
        answer(client, "clear", choose(client, grace, "clear_requirement", bob), note="wrong Bob")
        answer(client, "link", choose(client, grace, "send_link", bob))
        answer(client, "look", choose(client, grace, "look_again", bob))
        answer(client, "sessions", choose(client, grace, "end_sessions", bob))
        entries = LogEntry.objects.order_by("pk")
        assert {(entry.user, entry.object_id, entry.object_repr) for entry in entries} == {
            (grace, str(bob.pk), str(bob.pk))
        }
        assert [entry.change_message for entry in entries] == [
            "Password: new password required (breach)",
            "Password: requirement cleared by hand",
            "Password: link for a new password asked for",
            "Password: read at Auth0 asked for",
            "Password: all sessions ended",
        ]
        assert "Password: all sessions ended" in client.get(f"{USERS}{bob.pk}/history/").content.decode()

    def test_no_address_at_auth0_is_shown_or_logged(self, client, grace, alice, caplog, auth0_gateway):
        caplog.set_level(logging.DEBUG)
        page = choose(client, grace, "send_link", alice)
        seen = [page, answer(client, "link", page), require(client, grace, alice, tell="auth0")]
        reconcile()
        seen += [client.get(url) for url in (STATES, f"{STATES}{alice.pk}/timeline/", f"{STATES}{alice.pk}/change/")]
        assert auth0_gateway.mails == ["alice@secret.example"] * 2
        assert [page for page in seen if b"secret.example" in page.content] == []
        assert "secret.example" not in caplog.text
        assert not LogEntry.objects.filter(change_message__contains="@").exists()

    def test_hostile_words_stay_inside(self, client, grace, bob):
        bob.username = "<script>alert(1)</script>"
        bob.save()
        page = choose(client, grace, "require_new_password", bob).url
        texts = [client.get(page), confirm(client, page, message="<img src=x>{{ 1 }}"), client.get(STATES)]
        texts += [client.get(f"{STATES}{bob.pk}/timeline/"), choose(client, grace, "end_sessions", bob)]
        for text in texts:
            assert b"<script>alert" not in text.content
            assert b"<img src=x>" not in text.content

    def test_the_record_goes_with_the_user(self, client, grace, bob):
        require(client, grace, bob)
        assert client.post(f"{USERS}{bob.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not ResetRequirement.objects.filter(user=bob.pk).exists()
        assert not LogEntry.objects.filter(object_repr__contains="bob", change_message__startswith="Password").exists()
