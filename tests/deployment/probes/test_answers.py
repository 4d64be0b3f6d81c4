"""Every question that the local tenant can answer, turned both ways by its switches."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from auth0_password.deployment.doctor.probes import NO, QUESTIONS, UNKNOWN, YES, Question
from auth0_password.gateway.tenant_api import TenantApi
from tests.deployment.probes.conftest import DEPLOY

if TYPE_CHECKING:
    from tests.deployment.probes.conftest import Probing

SWITCHED = [
    ("patch_writes_scp", {"scp_after": ["hosted"]}, NO),
    ("patch_writes_scp", {"scp_after": ["hosted", "patch"]}, YES),
    ("patch_voids_links", {"patch_voids_links": False}, NO),
    ("patch_voids_links", {"patch_voids_links": True}, YES),
    ("patch_runs_action", {"post_change_action_after": ["hosted"]}, NO),
    ("patch_runs_action", {"post_change_action_after": ["hosted", "patch"]}, YES),
    ("patch_ends_sign_in", {"login_in_progress_fails_after": ["patch"]}, YES),
    ("patch_notifies_backchannel", {"password_changed_logout_after": ["hosted"]}, NO),
    ("patch_notifies_backchannel", {"password_changed_logout_after": ["hosted", "patch"]}, YES),
    ("patch_notifies_backchannel", {"subscription": "free"}, NO),
    ("metadata_scope_alone", {"app_metadata_needs_update_users": False}, YES),
    ("metadata_scope_alone", {"app_metadata_needs_update_users": True}, NO),
    ("my_account_without_dpop", {"my_account_api": True}, YES),
    ("my_account_without_dpop", {"my_account_api": False}, NO),
    ("metadata_written_before_form", {"metadata_written_before_form": True}, YES),
    ("metadata_written_before_form", {"metadata_written_before_form": False}, NO),
    ("form_password_reaches_flow", {"form_passwords_shown_to": ["flow"]}, YES),
    ("form_password_reaches_flow", {"form_passwords_shown_to": []}, NO),
    ("flow_ends_sign_in", {"login_in_progress_fails_after": []}, NO),
    ("flow_ends_sign_in", {"login_in_progress_fails_after": ["flow"]}, YES),
    ("second_link_voids_page", {}, YES),
    ("links_at_own_host", {}, YES),
    ("log_stream_on_plan", {}, YES),
    ("auth_time_over_sso", {}, YES),
    ("claims_reach_token", {}, YES),
    ("deny_text_unchanged", {}, YES),
]


@pytest.mark.parametrize(("question", "switches", "answer"), SWITCHED)
def test_found_out(probing: Probing, question: str, switches: dict[str, Any], answer: str):
    probing.tenant.plan(**switches)
    before = probing.things()
    found = probing.answer(question)
    assert found.answer == answer, found
    assert probing.things() == before


class Listening(TenantApi):
    """Calls `hear` after the `nth` thing was made at `path`."""

    path, nth, hear = "", 0, staticmethod(lambda: None)

    def post(self, path: str, body: object = None) -> Any:
        answer = super().post(path, body)
        self.nth -= path == self.path
        if path == self.path and not self.nth:
            self.hear()
        return answer


def listening(probing: Probing, path: str, nth: int, hear: Callable[[], object]) -> Listening:
    api = Listening(DEPLOY, probing.secret, sleep=probing.pause)
    api.path, api.nth, api.hear = path, nth, hear
    return api


def tokens_with(**claims: object) -> dict[str, str]:
    payload = urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return {"id_token": f"e30.{payload}.", "access_token": "opaque"}


def to_callback(path: str, method: str, query: str) -> dict[str, Any]:
    """A fault: whatever was asked there leads to the callback with this query."""
    location = {"Location": f"https://auth0-password-probe.invalid/callback?{query}"}
    return {"path": path, "method": method, "status": 302, "headers": location, "times": -1}


class TestWhatNoSwitchTurns:
    """A tenant that answers otherwise than the local one can: its answers are replaced."""

    def test_a_sign_in_goes_on_after_a_patch(self, probing: Probing):
        probing.tenant.faults([to_callback("^/continue", "GET", "code=1&state=away")])
        assert probing.answer("patch_ends_sign_in").answer == NO

    def test_the_first_page_still_works(self, probing: Probing):
        """The second link is one of another user's."""

        def spoil() -> None:
            made_up = {"ticket": f"{probing.tenant.base_url}/u/reset-verify?ticket=none#"}
            probing.tenant.faults([{"path": "tickets/password-change", "status": 201, "body": made_up}])

        api = listening(probing, "tickets/password-change", 1, spoil)
        assert probing.answer("second_link_voids_page", api=api).answer == NO

    def test_links_lead_to_another_host(self, probing: Probing):
        elsewhere = {"ticket": "https://login.example.com/u/reset-verify?ticket=secret#"}
        probing.tenant.faults([{"path": "tickets/password-change", "status": 201, "body": elsewhere}])
        found = probing.answer("links_at_own_host")
        assert (found.answer, found.detail) == (NO, "they lead to login.example.com")

    @pytest.mark.parametrize("code", ["insufficient_entitlement", "feature_not_enabled"])
    def test_no_log_streams_on_this_plan(self, probing: Probing, code: str):
        body = {"statusCode": 403, "error": "Forbidden", "message": "Please upgrade", "errorCode": code}
        probing.tenant.faults([{"path": "log-streams", "method": "POST", "status": 403, "body": body}])
        assert probing.answer("log_stream_on_plan").answer == NO

    def test_another_403_says_nothing_about_the_plan(self, probing: Probing):
        probing.tenant.faults([{"path": "log-streams", "method": "POST", "status": 403}])
        assert probing.answer("log_stream_on_plan").answer == UNKNOWN

    @pytest.mark.parametrize(
        ("first", "second", "detail"),
        [({}, {}, "there was no auth_time"), ({"auth_time": 1}, {"auth_time": 2}, "it was renewed unasked")],
    )
    def test_auth_time(self, probing: Probing, first: dict[str, int], second: dict[str, int], detail: str):
        api = probing.api
        assert api.scopes
        probing.tenant.faults([{"path": "^/oauth/token", "body": tokens_with(**claims)} for claims in (first, second)])
        found = probing.answer("auth_time_over_sso", api=api)
        assert (found.answer, found.detail) == (NO, detail)

    def test_the_password_is_asked_for_again(self, probing: Probing):
        """Somebody ends the session meanwhile."""

        def end_sessions(seconds: float) -> None:
            probing.tenant.advance(40 * 86_400)

        found = probing.answer("auth_time_over_sso", pause=end_sessions)
        assert (found.answer, found.detail) == (NO, "the password was asked for again")

    def test_claims_are_dropped(self, probing: Probing):
        """Only those of our namespace."""
        api = probing.api
        assert api.scopes
        seen = tokens_with(**{"https://auth0-password-probe.invalid/seen": "yes"})
        probing.tenant.faults([{"path": "^/oauth/token", "body": seen, "times": -1}])
        assert probing.answer("claims_reach_token", api=api).answer == NO

    def test_texts_are_cut(self, probing: Probing):
        cut = to_callback("^/u/login", "POST", "error=access_denied&error_description=" + "0123456789" * 50)
        api = listening(probing, "users", 2, lambda: probing.tenant.faults([cut]))
        found = probing.answer("deny_text_unchanged", api=api)
        assert found.answer == NO
        assert "not even 100 characters" in found.detail

    def test_no_my_account_api_to_grant(self, probing: Probing):
        probing.tenant.faults([{"path": "client-grants", "method": "POST", "status": 404}])
        found = probing.answer("my_account_without_dpop")
        assert (found.answer, found.detail) == (NO, "the My Account API is not activated")

    def test_it_wants_dpop(self, probing: Probing):
        probing.tenant.plan(my_account_api=True)
        challenge = {"WWW-Authenticate": 'DPoP error="use_dpop_nonce"'}
        probing.tenant.faults([{"path": "^/me/", "status": 401, "body": {}, "headers": challenge}])
        found = probing.answer("my_account_without_dpop")
        assert (found.answer, found.detail) == (NO, "it wants DPoP")


@pytest.mark.parametrize(
    "question", [one for one in QUESTIONS if one.needs and not one.mails], ids=lambda one: one.name
)
def test_the_scopes_that_are_named_are_enough(probing: Probing, seed: dict[str, Any], question: Question):
    """For finding out and for removing."""
    deploy = next(client for client in seed["clients"] if client["client_id"] == DEPLOY)
    deploy["scopes"] = sorted(question.needs)
    probing.tenant.seed(seed)
    probing.tenant.plan(my_account_api=True)
    run = probing.ask(question.name)
    assert run.answers[question.name].answer != UNKNOWN, run.answers
    assert run.made
    assert run.left == []
    assert len(probing.tenant.users()) == len(seed["users"])


class TestTheMail:
    """A person reads it: here a browser follows its link."""

    @pytest.mark.parametrize(("verifies", "answer"), [(True, YES), (False, NO)])
    def test_it_verifies_the_address_or_not(self, probing: Probing, browser: Any, *, verifies: bool, answer: str):
        probing.tenant.plan(change_mail_verifies_email=verifies)
        asked: list[str] = []

        def read_the_mail(text: str) -> None:
            asked.append(text)
            mail = probing.tenant.mails()[0]
            assert mail["to"] == "probes@northwind.example"
            browser.get(mail["links"][0])
            browser.submit("Reset password", newPassword="Fresh-Lantern-77!", confirmNewPassword="Fresh-Lantern-77!")

        found = probing.answer("change_mail_verifies_address", mailbox="probes@northwind.example", ask=read_the_mail)
        assert found.answer == answer
        assert "probes@northwind.example" in asked[0]

    def test_nobody_read_it(self, probing: Probing):
        found = probing.answer("change_mail_verifies_address", mailbox="probes@northwind.example", ask=lambda _: None)
        assert (found.answer, found.detail) == (UNKNOWN, "no password was chosen")

    def test_somebody_has_that_address(self, probing: Probing):
        """Bob is left alone."""
        bob = probing.tenant.user("bob@example.com")
        found = probing.answer("change_mail_verifies_address", mailbox="bob@example.com", ask=lambda _: None)
        assert found.answer == UNKNOWN
        assert probing.tenant.user("bob@example.com") == bob
        assert probing.tenant.mails() == []

    def test_without_a_mailbox_no_mail_is_sent(self, probing: Probing):
        probing.ask()
        assert probing.tenant.mails() == []


class TestCouldNotTell:
    """Said so, with the reason: no guess."""

    @pytest.mark.parametrize(
        ("question", "switches", "reason"),
        [
            ("patch_writes_scp", {"log_indexing_delay_s": 10_000.0}, "the tenant's log showed nothing"),
            ("patch_runs_action", {"post_change_action_after": []}, "it did not run even after"),
            ("patch_notifies_backchannel", {"password_changed_logout_after": []}, "nothing was told even after"),
            ("auth_time_over_social", {}, "it needs a person"),
        ],
    )
    def test_what_should_show_did_not(self, probing: Probing, question: str, switches: dict[str, Any], reason: str):
        probing.tenant.plan(**switches)
        found = probing.answer(question)
        assert found.answer == UNKNOWN
        assert reason in found.detail

    @pytest.mark.parametrize("question", ["auth_time_over_sso", "patch_ends_sign_in", "flow_ends_sign_in"])
    def test_a_page_that_is_made_by_scripts(self, probing: Probing, question: str):
        page = "<!doctype html><title>Sign in</title><div id=root></div><script src=/app.js></script>"
        probing.tenant.faults([{"path": "^/u/login", "body": page, "content_type": "text/html", "times": -1}])
        found = probing.answer(question)
        assert found.answer == UNKNOWN
        assert "without a browser" in found.detail

    @pytest.mark.parametrize("name", ["captcha", "code"])
    def test_a_page_that_is_for_people(self, probing: Probing, name: str):
        page = f"<form method=post><input name=username><input type=password name=password><input name={name}></form>"
        probing.tenant.faults([{"path": "^/u/login", "body": page, "content_type": "text/html", "times": -1}])
        assert probing.answer("auth_time_over_sso").answer == UNKNOWN

    def test_the_links_page_is_made_by_scripts(self, probing: Probing):
        page = {"path": "^/u/reset-verify", "body": "<div id=root></div>", "content_type": "text/html", "times": -1}
        probing.tenant.faults([page])
        for question in ("second_link_voids_page", "patch_voids_links", "patch_runs_action"):
            assert probing.answer(question).answer == UNKNOWN

    def test_auth0_is_down_after_a_while(self, probing: Probing):
        probing.tenant.faults([{"path": "tickets/password-change", "status": 503, "times": -1}])
        found = probing.answer("links_at_own_host")
        assert found.answer == UNKNOWN
        assert "503" in found.detail
