"""What is over goes after its time (DAT-01), and what is left in the database of a user who was deleted (DAT-02)."""

from smtplib import SMTPDataError

import pytest
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core.mail import EmailMultiAlternatives
from django.db import connection
from django.utils import timezone
from social_django.models import UserSocialAuth

from auth0_password.exceptions import GatewayUnavailableError
from auth0_password.models import (
    ChangeReport,
    PasswordChange,
    PasswordState,
    ResetCampaign,
    ResetRequirement,
    SignIn,
    Throttle,
    UsedToken,
)
from auth0_password.services import (
    clear_reset,
    look,
    reconcile,
    rehearse_reset,
    require_reset,
    subjects,
    throttles,
    withdraw,
)
from auth0_password.services.bulk import mail_links
from auth0_password.services.history import purge
from tests.unit.conftest import BOB
from tests.unit.test_admin import answer, choose, confirm

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(django_user_model, auth0_gateway):
    user = django_user_model.objects.create_user("alice", "alice@example.com")
    subjects.bind(user, auth0_gateway.add("auth0|alice", email="alice@example.com"))
    return user


def settle(later):
    """Do what is due, until nothing is."""
    for _ in range(3):
        reconcile()
        later(minutes=30)


class TestRetention:
    @pytest.fixture
    def years(self, bob, alice, grace, auth0_gateway, later):
        """One of everything that comes to an end, and one requirement that does not."""
        alice.is_active = False
        alice.save()
        require_reset([bob, alice], reason="policy", message="over")  # Alice is skipped
        clear_reset(bob, by=grace, note="over")
        withdraw(ResetCampaign.objects.get(pk=require_reset([bob], reason="policy").get().campaign_id), by=grace)
        require_reset(bob, reason="breach", tell="auth0")
        settle(later)
        auth0_gateway.change_password(BOB)
        look(bob)
        settle(later)
        rehearse_reset([bob], reason="policy", by=grace, message="over")
        UsedToken.objects.create(key="over", expires_at=timezone.now())
        throttles.hit("email", bob.pk)
        assert set(ResetRequirement.objects.values_list("status", flat=True)) == {
            "skipped", "cleared", "withdrawn", "changed", "draft",
        }  # fmt: skip
        require_reset(bob, reason="administrator", message="in force")
        return timezone.now()

    def test_only_what_is_in_force_outlives_it(self, years, later):
        """Whatever tables there are: no row that is older stays, but the states and what is still required."""
        settle(later)
        later(days=366)
        purge()
        left = {
            model.__name__ for model in apps.get_app_config("auth0_password").get_models() if model.objects.exists()
        }
        assert left == {"PasswordState", "ResetRequirement"}
        assert list(ResetRequirement.objects.values_list("message", "status")) == [("in force", "open")]

    def test_nothing_younger_goes(self, years, later):
        before = ResetRequirement.objects.exclude(status="draft").count(), PasswordChange.objects.count()
        later(days=364)
        purge()
        assert (ResetRequirement.objects.count(), PasswordChange.objects.count()) == before

    def test_a_mail_that_no_server_ever_takes_keeps_no_address_for_ever(self, bob, auth0_gateway, later, monkeypatch):
        """It was tried until a further try was as hopeless as the last; the address goes with its row."""

        def refuse(mail):
            raise SMTPDataError(554, b"5.7.1 not this text")

        monkeypatch.setattr(EmailMultiAlternatives, "send", refuse)
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        for _ in range(12):
            reconcile()
            later(hours=2)
        later(days=364)
        purge()
        assert PasswordChange.objects.get().mail_to == "bob@example.com"
        later(days=1)
        purge()
        assert not PasswordChange.objects.exists()

    def test_no_column_keeps_a_payload(self):
        """Nothing that Auth0 sent is kept as it came: no JSON but our own counts, no bytes, no text without a limit
        but what people wrote and the list of ended sessions."""
        kinds = {
            f"{model.__name__}.{field.name}"
            for model in apps.get_app_config("auth0_password").get_models()
            for field in model._meta.concrete_fields
            if field.get_internal_type() in {"TextField", "JSONField", "BinaryField", "FileField"}
        }
        assert kinds == {
            "PasswordState.ended",
            "ResetCampaign.counts",
            "ResetCampaign.message",
            "ResetRequirement.message",
            "ResetRequirement.note",
        }


def everything():
    """Every row of every table as the database has it, but Django's sessions, which expire by themselves."""
    found = []
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names(cursor)) - {Session._meta.db_table}:
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - the database's own name
            found += [f"{table}: {row}" for row in cursor.fetchall()]
    return found


def traces(of):
    return [row for row in everything() if any(trace in row for trace in of)]


class TestErasure:
    TRACES = ("bob@example.com", "Miller", BOB, "on the phone", "203.0.113.9", "Firefox of Bob")

    @pytest.fixture
    def life(self, client, bob, alice, grace, auth0_gateway, later):
        """Bob's, as staff and Auth0 know it; at its end mails, links and reads of his are still wanted."""
        client.force_login(bob, backend="auth0_password.backends.Auth0PasswordBackend")
        UserSocialAuth.objects.create(user=bob, provider="auth0", uid=BOB, extra_data={"user_id": BOB})
        asked = {"reason": "policy", "tell": "auth0", "message": ""}
        confirm(client, choose(client, grace, "require_new_password", bob, alice).url, **asked)
        answer(client, "clear", choose(client, grace, "clear_requirement", bob), note="Bob Miller was on the phone")
        for act, action in (("link", "send_link"), ("look", "look_again"), ("sessions", "end_sessions")):
            answer(client, act, choose(client, grace, action, bob))
        later(minutes=5)
        auth0_gateway.change_password(BOB)
        look(bob)
        throttles.hit("recipient", "bob@example.com")
        client_of_bob = {"ip": "203.0.113.9", "user_agent": "Firefox of Bob"}
        SignIn.objects.filter(user=bob).update(**client_of_bob)
        change = PasswordChange.objects.get()
        ChangeReport.objects.create(
            subject_key=change.subject_key, changed_at=change.changed_at, expires_at=later(days=0), **client_of_bob
        )
        auth0_gateway.failing = GatewayUnavailableError("down")
        require_reset([bob, alice], reason="breach", tell="auth0", by=grace)
        mail_links([bob])
        later(minutes=5)
        auth0_gateway.failing = None
        auth0_gateway.calls.clear()
        assert PasswordState.objects.filter(user=bob).exclude(link_due_at=None).exists()
        assert ResetRequirement.objects.filter(user=bob).exclude(tell_due_at=None).exists()
        assert LogEntry.objects.filter(object_id=str(bob.pk)).count() >= 5
        return PasswordState.objects.get(user=bob).subject_key

    @pytest.mark.parametrize("many", [False, True])
    def test_nothing_of_bob_is_left_anywhere(self, life, bob, django_user_model, many):
        assert traces([*self.TRACES, life])
        if many:
            django_user_model.objects.filter(pk=bob.pk).delete()
        else:
            bob.delete()
        assert traces([*self.TRACES, life]) == []

    def test_what_was_wanted_of_him_is_wanted_no_more(self, life, bob, auth0_gateway, mailoutbox, later):
        bob.delete()
        settle(later)
        about = {call.about for call in auth0_gateway.calls}
        assert not about & {BOB, "bob@example.com"}
        assert "auth0|alice" in about
        assert mailoutbox == []

    def test_others_keep_theirs(self, life, bob, alice):
        bob.delete()
        assert ResetRequirement.objects.filter(user=alice).count() == 2
        assert traces(["alice@example.com"])

    def test_staff_are_forgotten_in_what_they_decided(self, life, bob, grace):
        """Their name stays as long as they do."""
        grace.first_name, grace.last_name = "Grace", "Okafor"
        grace.save()
        require_reset([bob], reason="policy", by=grace)
        assert "Grace Okafor" in {row.by_label for row in ResetRequirement.objects.all()}
        grace.delete()
        assert traces(["Okafor", "grace@example.com"]) == []
        assert ResetRequirement.objects.filter(user=bob).exists()

    def test_what_was_written_to_him_alone(self, client, bob, grace):
        page = choose(client, grace, "require_new_password", bob).url
        confirm(client, page, message="Dear Bob Miller")
        bob.delete()
        assert traces(["Miller"]) == []

    def test_this_would_see_it(self, life, alice):
        before = len(traces(["Miller", BOB]))
        LogEntry.objects.create(user=alice, object_repr="Bob Miller", action_flag=1, change_message="")
        Throttle.objects.create(key=f"x{BOB}", window=1)
        assert len(traces(["Miller", BOB])) == before + 2
