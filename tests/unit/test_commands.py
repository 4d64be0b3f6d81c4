"""The commands of administration, as somebody types them, a cron job runs them, and a program reads them."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.utils import timezone

from auth0_password.management.commands import require_password_reset
from auth0_password.models import PasswordChange, PasswordState, ResetCampaign, ResetRequirement, Throttle, UsedToken
from auth0_password.services import clear_reset, look, rehearse_reset, require_reset, subjects, throttles
from auth0_password.services.history import purge, purgeable
from tests.unit.conftest import BOB

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).parents[2]
REQUIRE, CLEAR, PURGE = "require_password_reset", "clear_password_reset", "purge_password_history"


@pytest.fixture
def alice(django_user_model, auth0_gateway):
    auth0_gateway.add("auth0|alice", email="alice@example.com")
    user = django_user_model.objects.create_user("alice", "Alice@example.com")
    subjects.bind(user, auth0_gateway.read_user("auth0|alice"))
    return user


class Terminal(StringIO):
    def isatty(self):
        return True


def run(*arguments, out=None):
    """The exit status, and what was printed."""
    out = out or StringIO()
    try:
        call_command(*arguments, stdout=out)
    except CommandError as error:
        return error.returncode, out.getvalue() + str(error)
    return 0, out.getvalue()


def standing():
    rows = ResetRequirement.objects.select_related("user").order_by("pk")
    return {row.user.username: row.skip_reason or row.status for row in rows}


class TestRequire:
    def test_of_somebody_by_name(self, bob, alice, grace):
        status, text = run(REQUIRE, "--username", "bob", "--reason", "policy", "--message", "Twelve.", "--by", "grace")
        row = ResetRequirement.objects.get()
        assert (status, row.user, row.status, row.reason, row.message, row.by) == (
            0, bob, "open", "policy", "Twelve.", grace,
        )  # fmt: skip
        assert "required of: 1" in text

    def test_by_address_group_and_file(self, bob, alice, grace, tmp_path, django_user_model):
        django_user_model.objects.create_user("dave").groups.add(Group.objects.create(name="staff"))
        leaked = tmp_path / "leaked.csv"
        leaked.write_text("\ufeffsubject,seen\nauth0|bob,2026\n,\n", encoding="utf-8")
        arguments = ["--email", "ALICE@example.com", "--group", "staff", "--csv", str(leaked)]
        assert run(REQUIRE, *arguments)[0] == 0
        assert standing() == {"alice": "open", "bob": "open", "dave": "open"}

    def test_of_everybody_with_an_old_password(self, bob, alice, auth0_gateway, later):
        later(days=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        assert run(REQUIRE, "--everybody", "--changed-before", "2026-11-21")[0] == 0
        assert standing() == {"alice": "open"}

    def test_names_that_nobody_has_need_you(self, bob):
        status, text = run(REQUIRE, "--username", "bob", "--username", "bbo", "--email", "x@example.com")
        assert status == 1
        assert "nobody here is called: bbo, x@example.com" in text
        assert standing() == {"bob": "open"}

    def test_a_dry_run_is_a_rehearsal_that_can_be_confirmed(self, bob, alice):
        alice.is_active = False
        alice.save()
        status, text = run(REQUIRE, "--everybody", "--reason", "breach", "--dry-run")
        campaign = ResetCampaign.objects.get()
        assert (status, standing()) == (0, {"bob": "draft", "alice": "inactive"})
        for line in ("nothing has been required yet", "would be required of: 1", "skipped, inactive: 1"):
            assert line in text
        assert f"--resume {campaign.uuid}" in text
        status, text = run(REQUIRE, "--resume", str(campaign.uuid))
        assert (status, standing()) == (0, {"bob": "open", "alice": "inactive"})
        assert ResetRequirement.objects.open().get().reason == "breach"

    def test_it_goes_on_where_it_was_killed(self, bob, alice, monkeypatch):
        class Killed(BaseException):
            pass

        asked = []

        def dies(user, *args, **kwargs):
            asked.append(user)
            if len(asked) == 2:
                raise Killed
            return original(user, *args, **kwargs)

        from auth0_password.services import campaigns

        original = campaigns.require_of
        with monkeypatch.context() as patch:
            patch.setattr(campaigns, "require_of", dies)
            with pytest.raises(Killed):
                run(REQUIRE, "--everybody")
        assert sorted(standing().values()) == ["draft", "open"]
        assert run(REQUIRE, "--resume", str(ResetCampaign.objects.get().uuid))[0] == 0
        assert set(standing().values()) == {"open"}

    def test_for_programs(self, bob):
        status, text = run(REQUIRE, "--username", "bob", "--json")
        data = json.loads(text)
        assert (status, data["required"], data["status"], data["skipped"]) == (0, 1, "finished", {})
        assert ResetCampaign.objects.get(uuid=data["campaign"])

    def test_on_a_terminal_it_shows_how_far_it_is(self, bob, alice):
        assert "1 of 2" in run(REQUIRE, "--everybody", out=Terminal())[1]
        assert "of 2" not in run(REQUIRE, "--everybody")[1]

    @pytest.mark.parametrize(
        "arguments",
        [
            [], ["--csv", "nowhere.csv"], ["--group", "nobodies"], ["--username", "bob", "--by", "nobody"],
            ["--resume", "1234"], ["--resume", "7c9e6679-7425-40de-944b-e07fc1f90ae7"],
            ["--username", "bob", "--tell", "mail"],
        ],
        ids=" ".join,
    )  # fmt: skip
    def test_wrong_use(self, bob, nowhere, arguments):
        assert run(REQUIRE, *arguments)[0] == 2
        assert standing() == {}

    def test_a_file_without_a_column(self, bob, tmp_path):
        wrong = tmp_path / "wrong.csv"
        wrong.write_text("name\nbob\n", encoding="utf-8")
        assert run(REQUIRE, "--csv", str(wrong))[0] == 2

    def test_staff_who_decide_it_touch_no_superuser(self, bob, grace, django_user_model):
        django_user_model.objects.create_user("sam", is_staff=True)
        run(REQUIRE, "--username", "grace", "--username", "bob", "--by", "sam")
        assert standing() == {"grace": "superuser", "bob": "open"}

    def test_yesterdays_rehearsal_is_refused(self, bob, later):
        run(REQUIRE, "--everybody", "--dry-run")
        uuid = ResetCampaign.objects.get().uuid
        later(days=1)
        status, text = run(REQUIRE, "--resume", str(uuid))
        assert status == 2
        assert "older than a day" in text

    def test_times_are_this_sites(self):
        assert require_password_reset.moment("2026-07-01") == datetime(2026, 6, 30, 23, tzinfo=UTC)
        assert require_password_reset.moment("2026-07-01T12:00+00:00") == datetime(2026, 7, 1, 12, tzinfo=UTC)
        with pytest.raises(ValueError, match="soon"):
            require_password_reset.moment("soon")


class TestClear:
    def test_it_lets_somebody_back_in(self, bob, alice, grace):
        require_reset([bob, alice], reason="policy")
        status, text = run(CLEAR, "--username", "bob", "--note", "Auth0 is down", "--by", "grace")
        assert (status, standing()) == (0, {"bob": "cleared", "alice": "open"})
        row = ResetRequirement.objects.get(user=bob)
        assert (row.note, row.closed_by) == ("Auth0 is down", grace)
        assert "cleared: 1" in text

    def test_a_dry_run_counts(self, bob, alice):
        require_reset([bob, alice], reason="policy")
        status, text = run(CLEAR, "--everybody", "--note", "x", "--dry-run", "--json")
        assert (status, json.loads(text)) == (0, {"would_be_cleared": 2, "unknown": []})
        assert set(standing().values()) == {"open"}

    @pytest.mark.parametrize(
        "arguments", [["--username", "bob"], ["--username", "bob", "--note", " "], ["--note", "x"]]
    )
    def test_wrong_use(self, bob, arguments):
        require_reset(bob, reason="policy")
        assert run(CLEAR, *arguments)[0] != 0
        assert standing() == {"bob": "open"}

    def test_a_name_that_nobody_has(self, bob):
        assert run(CLEAR, "--username", "bbo", "--note", "x")[0] == 1


class TestPurge:
    """DAT-01."""

    @pytest.fixture
    def history(self, bob, alice, auth0_gateway, later):
        """A campaign that is over, a change, an open requirement, a link that was used."""
        require_reset([bob, alice], reason="policy", message="to bob@example.com")
        later(minutes=1)
        auth0_gateway.change_password(BOB)
        look(bob)
        PasswordChange.objects.update(announce_due_at=None, mail_due_at=None, revoke_due_at=None)
        UsedToken.objects.create(key="k", expires_at=timezone.now() + timedelta(minutes=5))
        throttles.hit("email", bob.pk)

    def test_what_is_over_goes_after_a_year(self, history, bob, alice, later):
        later(days=364)
        counts = purge()
        assert counts["closed requirements"] == counts["password changes"] == counts["campaigns"] == 0
        assert (counts["used tokens"], counts["windows of limits"]) == (1, 1)
        later(days=2)
        assert purgeable()["closed requirements"] == 1
        status, text = run(PURGE)
        assert status == 0
        assert "closed requirements deleted: 1" in text
        assert "password changes deleted: 1" in text
        assert standing() == {"alice": "open"}
        assert PasswordState.objects.get(user=bob).changed_at
        assert not UsedToken.objects.exists()
        assert not Throttle.objects.exists()

    def test_a_campaign_goes_with_its_last_requirement(self, history, alice, later):
        later(days=366)
        clear_reset(alice, by=None, note="at last")
        run(PURGE)
        assert ResetCampaign.objects.exists()
        later(days=366)
        run(PURGE)
        assert not ResetCampaign.objects.exists()
        assert not ResetRequirement.objects.exists()

    def test_work_that_is_owed_stays(self, history, later):
        PasswordChange.objects.update(announce_due_at=timezone.now())
        later(days=366)
        run(PURGE)
        assert PasswordChange.objects.exists()

    def test_rehearsals_go_after_a_day(self, bob, alice, later):
        alice.is_active = False
        alice.save()
        rehearse_reset([bob, alice], reason="policy", by=None)
        later(hours=23)
        run(PURGE)
        assert ResetCampaign.objects.exists()
        later(hours=2)
        run(PURGE)
        assert not ResetCampaign.objects.exists()
        assert not ResetRequirement.objects.exists()

    def test_in_batches(self, bob, later, monkeypatch):
        monkeypatch.setattr("auth0_password.services.history.BATCH", 2)
        for _ in range(5):
            require_reset(bob, reason="policy")
        clear_reset(bob, by=None)
        later(days=366)
        seen = []
        assert purge(lambda _name, count: seen.append(count))["closed requirements"] == 5
        assert seen == [2, 4, 5]

    def test_a_dry_run_deletes_nothing(self, history, later):
        later(days=366)
        data = json.loads(run(PURGE, "--dry-run", "--json")[1])
        assert data["closed requirements"] == 1
        assert ResetRequirement.objects.filter(status="changed").exists()

    def test_the_site_says_how_long(self, history, later, settings):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "RETENTION_DAYS": 30}
        later(days=31)
        assert purge()["closed requirements"] == 1


def test_nothing_of_a_deleted_user_stays(bob, alice, grace, auth0_gateway, later, django_user_model):
    """DAT-02: neither the address nor the subject is in any table of ours."""
    from django.apps import apps

    require_reset([bob, alice], reason="policy", by=grace, tell="auth0")
    later(minutes=1)
    auth0_gateway.change_password(BOB)
    look(bob)
    throttles.hit("recipient", "bob@example.com")
    bob.delete()
    rows = [vars(row) for model in apps.get_app_config("auth0_password").get_models() for row in model.objects.all()]
    assert rows
    assert [row for row in rows if BOB in str(row) or "bob@example.com" in str(row)] == []
    assert not PasswordChange.objects.exists()


@pytest.mark.parametrize("command", [REQUIRE, CLEAR, PURGE])
def test_help_has_an_example(command, capsys):
    with pytest.raises(SystemExit):
        call_command(command, "--help")
    text = capsys.readouterr().out
    assert f"manage.py {command} --" in text
    assert "exit status: 0 done" in text


def test_as_a_process(tmp_path):
    """Exit statuses as a shell sees them, on a database of its own."""
    environment = {**os.environ, "DATABASE_URL": f"sqlite:///{tmp_path}/site.sqlite3"}

    def manage(*arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False
        )

    assert manage("migrate", "--verbosity", "0").returncode == 0
    done = manage(PURGE, "--json")
    assert (done.returncode, json.loads(done.stdout)["campaigns"], done.stderr) == (0, 0, "")
    wrong = manage(REQUIRE, "--everybody", "--reason", "boredom")
    assert (wrong.returncode, "boredom" in wrong.stderr) == (2, True)
    missing = manage(CLEAR, "--username", "nobody", "--note", "x")
    assert (missing.returncode, "nobody here is called: nobody" in missing.stderr) == (1, True)
