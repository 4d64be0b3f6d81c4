"""Single checks, where the local tenant cannot be brought to say what Auth0 might."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone

from auth0_password.deployment.doctor import (
    connection,
    credentials,
    login_client,
    mails,
    other_actions,
    tenant,
    webhooks,
    work,
)
from auth0_password.deployment.doctor.patient import Patient
from auth0_password.deployment.doctor.web import Answer, offset_of
from auth0_password.exceptions import GatewayRefusedError, SetUpRefusedError
from auth0_password.models import ChangeReport, Ended, LogCheckpoint, PasswordChange, PasswordState, SignIn

NAME = "Username-Password-Authentication"
SITE = "https://www.example.com"


@dataclass
class Api:
    """What a tenant answers, by path."""

    answers: dict = field(default_factory=dict)
    scopes: frozenset = frozenset(
        {"read:connections", "read:custom_domains", "read:actions", "read:clients", "read:email_templates"}
    )

    def get(self, path, **_query):
        if path not in self.answers:
            raise SetUpRefusedError("not found", status=404)
        return self.answers[path]

    def list(self, path, _key, **_query):
        return self.answers[path]


def patient(**answers) -> Patient:
    return Patient(Api({path.replace("__", "/").replace("_", "-"): value for path, value in answers.items()}))


@pytest.fixture
def configure(settings):
    def change(**changes):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **changes}

    change(SITE_URL=SITE)
    return change


def level(verdict) -> str | None:
    return verdict and str(verdict.level)


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ("", [], "ok"),
        ("", ["login.example.com"], "warning"),
        ("login.example.com", ["login.example.com"], "ok"),
        ("login.example.com", ["other.example.com"], "error"),
    ],
)
def test_custom_domains(configure, ours, theirs, expected):
    configure(CUSTOM_DOMAIN=ours)
    found = [{"domain": name, "status": "ready"} for name in theirs]
    found.append({"domain": "new.example.com", "status": "pending_verification"})
    assert level(tenant.custom_domains(patient(custom_domains=found))) == expected


def test_the_clients_of_a_connection_may_have_an_address_of_their_own(settings):
    row = {"id": "con_1", "name": NAME, "strategy": "auth0"}
    client = {"client_id": settings.SOCIAL_AUTH_AUTH0_KEY}
    for clients, expected in (([client], "ok"), ([{"client_id": "another"}], "error")):
        api = Api({"connections": [row], "connections/con_1/clients": {"clients": clients}})
        assert level(connection.enabled(Patient(api))) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("options", "changes", "expected"),
    [
        ({}, 0, "ok"),
        ({"enabledDatabaseCustomization": True}, 0, "error"),
        ({"enabledDatabaseCustomization": True}, 1, "note"),
        ({"enabledDatabaseCustomization": True, "import_mode": True}, 0, "note"),
    ],
)
def test_custom_databases(options, changes, expected):
    if changes:
        user = get_user_model().objects.create_user("bob")
        PasswordState.objects.create(user=user, connection=NAME, changed_at=timezone.now())
    row = {"name": NAME, "strategy": "auth0", "options": {"mfa": {}, **options}}
    assert level(connection.custom_database(patient(connections=[row]))) == expected


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"passwordPolicy": "good", "password_complexity_options": {"min_length": 10}}, "ok"),
        ({"passwordPolicy": "low"}, "note"),
        ({"passwordPolicy": "none"}, "note"),
        ({"passwordPolicy": "fair", "password_complexity_options": {"min_length": 6}}, "note"),
        ({"password_options": {"complexity": {"min_length": 12}, "history": {"active": True, "size": 5}}}, "ok"),
        ({"mfa": {}}, "note"),
    ],
)
def test_policies(options, expected):
    row = {"name": NAME, "strategy": "auth0", "options": options}
    assert level(connection.policy(patient(connections=[row]))) == expected


def test_without_a_way_by_mail_nobody_misses_forgot_password(configure):
    configure(WAYS=["reauthenticate"])
    options = {"disable_self_service_change_password": True}
    row = {"name": NAME, "strategy": "auth0", "options": options}
    assert level(connection.self_service(patient(connections=[row]))) == "note"


@pytest.mark.parametrize(
    ("seconds", "expected", "words"),
    [
        (None, "note", "5 days"),
        (0, "warning", "0 seconds"),
        (3_600, "ok", "1 hour"),
        (86_400, "ok", "24 hours"),
        (172_800, "note", "2 days"),
        (864_000, "warning", "10 days"),
    ],
)
def test_how_long_links_live(seconds, expected, words):
    template = {} if seconds is None else {"email-templates/reset_email": {"urlLifetimeInSeconds": seconds}}
    rows = {"connections": [{"name": NAME, "strategy": "auth0", "options": {"mfa": {}}}]}
    verdict = mails.life(Patient(Api({**rows, **template})))
    assert level(verdict) == expected
    assert words in verdict.what


@pytest.mark.parametrize(("by_code", "off", "named"), [
    (True, "reset_email_by_code", True),
    (True, "reset_email", False),
    (False, "reset_email", True),
    (False, "reset_email_by_code", False),
])  # fmt: skip
def test_only_the_template_that_is_used_matters(by_code, off, named):
    method = "otp" if by_code else "link"
    options = {"attributes": {"email": {"verification_method": method}}}
    rows = {"connections": [{"name": NAME, "strategy": "auth0", "options": options}]}
    who = Patient(Api({**rows, f"email-templates/{off}": {"enabled": False}}))
    verdicts = [mails.is_sent(name, who) for name in (mails.RESET, mails.RESET_BY_CODE)]
    assert ("error" in map(level, verdicts)) is named
    assert (mails.life(who) is None) is by_code


@pytest.mark.parametrize(
    ("name", "code", "expected"),
    [
        ("email-verified", "", "warning"),
        ("Email", "if (!event.user.email_verified) { api.access.deny('no'); }", "warning"),
        ("Log", "console.log(event.user.email_verified);", "ok"),
        ("Other factors", "", "ok"),
    ],
)
def test_templates_of_the_marketplace_show_no_code(name, code, expected):
    bindings = [{"display_name": name, "action": {"id": "1", "name": name}}]
    answers = {
        "actions/triggers/password-reset-post-challenge/bindings": bindings,
        "actions/actions": [{"id": "1", "name": name, "deployed_version": {"code": code}}],
    }
    assert level(other_actions.verified_only(Patient(Api(answers)))) == expected


@pytest.mark.parametrize("where", ["before", "after"])
def test_only_what_runs_before_ours_stands_in_its_way(where):
    others = [{"action": {"id": "1", "name": "Countries"}}]
    ours = [{"action": {"id": "2", "name": "auth0-password post-login"}}]
    answers = {
        "actions/triggers/post-login/bindings": others + ours if where == "before" else ours + others,
        "actions/actions": [
            {"id": "1", "name": "Countries", "deployed_version": {"code": "api.access.deny('no')"}},
            {"id": "2", "name": "auth0-password post-login", "deployed_version": {"code": "api.access.deny('yes')"}},
        ],
    }
    verdict = other_actions.before_ours(Patient(Api(answers)))
    assert level(verdict) == ("warning" if where == "before" else "ok")


def test_a_login_route_needs_https(configure):
    configure(LOGIN_ROUTE=None, SITE_URL="http://localhost:8000")
    api = Api()
    api.answers = {f"clients/{login_client.conf.login_client_id}": {"client_id": "x"}}
    assert level(login_client.login_route(Patient(api))) == "note"
    configure(SITE_URL=SITE)
    assert level(login_client.login_route(Patient(api))) == "error"
    configure(LOGIN_ROUTE=False)
    assert login_client.login_route(Patient(api)) is None


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("read:users", "ok"),
        ("read:clients", "note"),
        ("read:client_keys", "error"),
        ("read:log_streams", "error"),
        ("update:users", "note"),
        ("update:clients", "error"),
        ("create:actions", "error"),
        ("delete:sessions", "ok"),
        ("delete:users", "error"),
        ("update:tenant_settings", "error"),
        ("create:connections", "error"),
    ],
)
def test_what_the_sites_own_client_may_do(scope, expected):
    assert level(credentials.reach(Patient(Api(scopes=frozenset({scope}))))) == expected


def test_a_flag_that_no_action_can_see(configure):
    mirror = next(one for one in credentials.OPTIONAL if one.name == credentials.MIRROR)
    none = Patient(Api(scopes=frozenset()))
    assert level(credentials.optional(mirror, none)) == "warning"
    configure(FORCE_AT="deny")
    assert level(credentials.optional(mirror, none)) == "error"


def test_leaks_that_nobody_hears_of(configure):
    logs = next(one for one in credentials.OPTIONAL if one.name == credentials.LOGS)
    none = Patient(Api(scopes=frozenset()))
    assert level(credentials.optional(logs, none)) == "note"
    configure(BREACH_FROM_LOGS=True)
    assert level(credentials.optional(logs, none)) == "warning"
    configure(LOG_STREAM_TOKEN="local-only-log-stream-token-of-the-tests")
    assert level(credentials.optional(logs, none)) == "ok"


def test_a_client_that_gets_no_token_is_passed_over():
    class Refused:
        @property
        def scopes(self):
            raise GatewayRefusedError("no", status=401)

    who = Patient(Refused(), Api({"custom-domains": []}))
    assert who.read("read:custom_domains", "custom-domains") == []


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("ConnectionError", "warning"),
        (Answer(404, None, None), "error"),
        (Answer(302, None, None), "error"),
        (Answer(500, None, None), "error"),
        (Answer(204, None, None), None),
        (Answer(400, None, None), None),
    ],
)
def test_answers_of_receivers(answer, expected):
    assert level(webhooks.wrong("https://www.example.com/hooks/", answer)) == expected


def test_without_secrets_receivers_are_not_asked(configure, monkeypatch):
    configure(ACTION_SECRET=[], LOG_STREAM_TOKEN=[])
    monkeypatch.setattr(webhooks, "ask", lambda *_, **__: pytest.fail("asked"))
    asked = (webhooks.action, webhooks.action_unsigned, webhooks.logs, webhooks.logs_unsigned)
    assert [check(None) for check in asked] == [None] * 4
    configure(SITE_URL="")
    assert webhooks.backchannel(None) is None


@pytest.mark.django_db
def test_the_log_was_read_a_moment_ago(settings):
    who = Patient(Api(scopes=frozenset({"read:logs"})))
    assert level(work.log_pull(who)) == "warning"
    row = LogCheckpoint.objects.create(domain=settings.SOCIAL_AUTH_AUTH0_DOMAIN, read_at=timezone.now())
    assert level(work.log_pull(who)) == "ok"
    LogCheckpoint.objects.filter(pk=row.pk).update(read_at=timezone.now() - timedelta(hours=2))
    assert level(work.log_pull(who)) == "warning"


@pytest.mark.django_db
def test_reports_that_came(configure):
    configure(ACTION_SECRET="whsec_bG9jYWwtb25seS1hY3Rpb24tc2VjcmV0LW9mLXRoZS10ZXN0cw==")
    now = timezone.now()
    assert level(work.reports(None)) == "note"
    user = get_user_model().objects.create_user("bob")
    PasswordChange.objects.create(user=user, subject_key="k", changed_at=now)
    assert level(work.reports(None)) == "warning"
    ChangeReport.objects.create(subject_key="k", changed_at=now, expires_at=now + timedelta(days=7))
    assert level(work.reports(None)) == "ok"


@pytest.mark.django_db
def test_sessions_that_auth0_ended():
    now = timezone.now()
    assert level(work.logouts(None)) == "note"
    user = get_user_model().objects.create_user("bob")
    SignIn.objects.create(
        key="k", user=user, started_at=now, ended_at=now, ended_by=Ended.AT_AUTH0, expires_at=now + timedelta(days=1)
    )
    assert level(work.logouts(None)) == "ok"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "ok"), (-9, "ok"), (20, "warning"), (-20, "warning"), (3_600, "error"), (-61, "error")],
)
def test_clocks(seconds, expected):
    who = SimpleNamespace(page=lambda _url: Answer(200, {}, timedelta(seconds=seconds)))
    verdict = tenant.clock(who)
    assert level(verdict) == expected
    assert ("behind" in verdict.what) is (seconds > 10)


def test_a_clock_that_says_nothing():
    who = SimpleNamespace(page=lambda _url: Answer(200, {}, None))
    assert level(tenant.clock(who)) == "note"
    assert offset_of("nonsense", timezone.now(), timezone.now()) is None
