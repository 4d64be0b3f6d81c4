"""What a site wants in its tenant follows from its settings."""

from __future__ import annotations

import pytest

from auth0_password.conf import PARTS, conf
from auth0_password.deployment import parts as kinds
from auth0_password.deployment import wanted
from auth0_password.deployment.sources import POST_CHALLENGE, POST_CHANGE_PASSWORD, POST_LOGIN
from auth0_password.exceptions import ConfigurationError
from tests.support.deployed import LOG_STREAM_TOKEN, SECRETS

SITE = "https://library.example.com"
RECEIVER = {"url": "https://app.example.com/changed", "secret": "local-only-secret-of-another-receiver"}


@pytest.fixture(autouse=True)
def _a_site_on_the_internet(settings):
    settings.SOCIAL_AUTH_AUTH0_DOMAIN = "tenant.eu.auth0.com"
    settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, "SITE_URL": SITE, "LOGIN_ROUTE": None}
    for name in (*SECRETS, "LOG_STREAM_TOKEN", "FORCE_AT"):
        settings.AUTH0_PASSWORD.pop(name, None)


@pytest.fixture
def configure(settings):
    def change(**changes):
        settings.AUTH0_PASSWORD = {**settings.AUTH0_PASSWORD, **changes}

    return change


def config_of(trigger):
    return wanted().actions[trigger].config


def test_every_part_has_a_place_and_is_known_to_the_settings():
    assert sorted(name for part in kinds.PARTS for name in part.names) == sorted(PARTS)


def test_with_the_least_settings():
    assert wanted().unasked == {
        "ip-header": "WAYS has no form",
        "instructions-url": "FORCE_AT is neither mail nor form",
        "form": "FORCE_AT is not form",
        POST_CHANGE_PASSWORD: "ACTION_SECRET is not set",
        "log-stream": "LOG_STREAM_TOKEN is not set",
    }
    assert config_of(POST_LOGIN) == {
        "clients": [conf.login_client_id], "mode": "site", "first_login": "flagged", "scheme": "https",
        "handover": None, "instructions": None, "form": None,
    }  # fmt: skip


def test_with_everything(configure):
    configure(**SECRETS, LOG_STREAM_TOKEN=LOG_STREAM_TOKEN, FORCE_AT="mail", FIRST_LOGIN="always")
    site = wanted()
    assert site.unasked.keys() == {"ip-header", "form"}
    assert site.log_stream.url == f"{SITE}/account/hooks/logs/"
    assert config_of(POST_LOGIN) == {
        "clients": [conf.login_client_id], "mode": "mail", "first_login": "always", "scheme": "https",
        "handover": {"url": f"{SITE}/account/handover/", "audience": SITE},
        "instructions": f"{SITE}/account/instructions/", "form": None,
    }  # fmt: skip
    assert config_of(POST_CHANGE_PASSWORD) == {
        "domain": "tenant.eu.auth0.com",
        "receivers": [{"url": f"{SITE}/account/hooks/action/", "secret": "ACTION_SECRET"}],
    }


def test_a_form_and_a_mail_after_a_breach(configure):
    configure(FORCE_AT="form")
    assert "instructions-url" not in wanted().unasked
    assert config_of(POST_LOGIN)["instructions"] == f"{SITE}/account/instructions/"


def test_a_function_of_the_site_cannot_be_asked_in_the_tenant(configure):
    configure(FIRST_LOGIN="library.people.first_login")
    assert config_of(POST_LOGIN)["first_login"] == "flagged"


def test_the_verifier_needs_a_class_and_a_secret(configure):
    configure(VERIFIER_SECRET=SECRETS["VERIFIER_SECRET"])
    assert config_of(POST_CHALLENGE)["verifier"] is None
    configure(RESET_VERIFIER="tests.unit.verifiers.Approves")
    assert config_of(POST_CHALLENGE)["verifier"] == {"url": f"{SITE}/account/verify/"}
    assert wanted().actions[POST_CHALLENGE].secrets == {"VERIFIER_SECRET": SECRETS["VERIFIER_SECRET"]}


def test_a_result_url_only_without_a_login_route(configure):
    assert config_of(POST_CHALLENGE)["result_url"] is None
    configure(LOGIN_ROUTE=False)
    assert config_of(POST_CHALLENGE)["result_url"] == f"{SITE}/account/login/"
    assert "login-route" in wanted().unasked


def test_nothing_to_challenge_with(configure):
    configure(DEPLOY={"challenge": False})
    assert wanted().unasked[POST_CHALLENGE] == "RESET_VERIFIER is not set"


def test_the_newest_secret_is_deployed(configure):
    configure(HANDOVER_SECRET=["newest-" + "n" * 32, "before-" + "b" * 32])
    assert wanted().actions[POST_LOGIN].secrets == {"HANDOVER_SECRET": "newest-" + "n" * 32}


def test_more_receivers_and_clients(configure):
    configure(DEPLOY={"receivers": [RECEIVER], "clients": ["another", conf.login_client_id]})
    assert config_of(POST_CHANGE_PASSWORD)["receivers"] == [{"url": RECEIVER["url"], "secret": "RECEIVER_2_SECRET"}]
    configure(ACTION_SECRET=SECRETS["ACTION_SECRET"])
    assert wanted().actions[POST_CHANGE_PASSWORD].secrets == {
        "ACTION_SECRET": SECRETS["ACTION_SECRET"], "RECEIVER_2_SECRET": RECEIVER["secret"],
    }  # fmt: skip
    assert config_of(POST_LOGIN)["clients"] == [conf.login_client_id, "another"]


def test_a_site_on_somebodys_machine_cannot_be_called_by_auth0(configure):
    configure(SITE_URL="http://localhost:8000", **SECRETS, LOG_STREAM_TOKEN=LOG_STREAM_TOKEN)
    unasked = wanted().unasked
    for part in (POST_CHANGE_PASSWORD, "log-stream", "back-channel-logout"):
        assert unasked[part] == "SITE_URL is an address that Auth0 cannot reach"
    assert "login-route" in unasked
    configure(DEPLOY={"receivers": [RECEIVER]})
    assert [one["url"] for one in config_of(POST_CHANGE_PASSWORD)["receivers"]] == [RECEIVER["url"]]


def test_what_is_skipped(configure):
    configure(DEPLOY={"skip": list(PARTS)})
    assert wanted().unasked.keys() == set(PARTS)
    assert wanted().actions == {}


def test_a_form_that_is_skipped_is_not_shown(configure):
    configure(FORCE_AT="form")
    assert wanted().actions[POST_LOGIN].form
    configure(DEPLOY={"skip": ["form"]})
    assert not wanted().actions[POST_LOGIN].form


@pytest.mark.parametrize("url", ["https://www.example.com/bye/", "/bye/"])
def test_where_a_sign_out_leads(settings, url):
    settings.LOGOUT_REDIRECT_URL = url
    assert wanted().logout_url == (url if url.startswith("https") else f"{SITE}{url}")


@pytest.mark.parametrize(
    "value",
    [
        "everything", {"skip": "form"}, {"skip": ["forms"]}, {"clients": [1]}, {"challenge": "no"}, {"only": []},
        {"receivers": [{"url": "https://x.example"}]}, {"receivers": ["https://x.example"]},
        {"receivers": [{"url": "ftp://x.example", "secret": "s" * 40}]},
        {"receivers": [{"url": "http://x.example", "secret": "s" * 40}]},
        {"receivers": [{"url": "https://[", "secret": "s" * 40}]},
        {"receivers": [{"url": "https://x.example", "secret": ["a" * 40, "b" * 40]}]},
    ],
    ids=str,
)  # fmt: skip
def test_a_setting_that_cannot_be_read(configure, value):
    configure(DEPLOY=value)
    with pytest.raises(ConfigurationError, match="DEPLOY"):
        wanted()
