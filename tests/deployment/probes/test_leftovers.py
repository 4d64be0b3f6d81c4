"""Nothing stays behind, whatever happens; and nothing of anybody else's is touched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from auth0_password.deployment.doctor.probes import UNKNOWN
from auth0_password.exceptions import GatewayError
from auth0_password.gateway.tenant_api import TenantApi
from auth0_password.models import ProbeAnswer
from auth0_password.services.probe_answers import keep_answer, kept_answers
from tests.deployment.probes.conftest import DEPLOY

if TYPE_CHECKING:
    from tests.deployment.probes.conftest import Probing


class KilledError(BaseException):
    """kill -9: no `except` meant for errors takes it, and no further call goes out."""


class MortalApi(TenantApi):
    """Of a process that is killed when its `last` writing call was carried out, before it can note the answer."""

    last = 0

    def _call(self, method: str, *args: Any) -> Any:
        if self.last <= 0:
            raise KilledError
        answer = super()._call(method, *args)
        self.last -= method != "GET"
        if not self.last:
            raise KilledError
        return answer


def is_killed(probing: Probing, question: str, after: int) -> bool:
    """Run it until so many writes were done; whether it was cut off."""
    api = MortalApi(DEPLOY, probing.secret, sleep=probing.pause)
    api.last = after
    try:
        probing.ask(question, api=api)
    except KilledError:
        return True
    return False


@pytest.mark.parametrize("question", ["metadata_written_before_form", "patch_runs_action", "log_stream_on_plan"])
def test_killed_anywhere_the_next_run_clears_up(probing: Probing, question: str):
    before, points = probing.things(), 0
    while is_killed(probing, question, points + 1):
        points += 1
        probing.tenant.advance(2)  # until the search has noticed
        probing.ask("auth_time_over_social")
        assert probing.things() == before, f"after {points} writes"
    assert points >= 2
    assert probing.things() == before


def test_what_is_found_of_an_earlier_run_is_told(probing: Probing):
    assert is_killed(probing, "log_stream_on_plan", 1)
    (cleared,) = probing.ask("auth_time_over_social").cleared
    assert cleared.startswith("log stream auth0-password probe logs ")


@pytest.mark.parametrize("path", ["users", "clients", "log-streams"])
def test_an_answer_that_is_lost(probing: Probing, path: str):
    """It was made all the same, and nobody knows its id."""
    before = probing.things()
    fault = {"method": "POST", "path": f"^/api/v2/{path}$", "drop": True, "after_apply": True}
    question = {"users": "links_at_own_host", "clients": "metadata_scope_alone"}.get(path, "log_stream_on_plan")
    probing.tenant.faults([fault])
    assert probing.answer(question).answer == UNKNOWN
    assert probing.things() == before


def test_interrupted(probing: Probing):
    """Ctrl-C while it waits: what was made is removed, and what is known is kept."""
    before = probing.things()

    def ctrl_c(seconds: float) -> None:
        probing.tenant.advance(seconds)
        if len(probing.run.answers) == 1 and not interrupted:
            interrupted.append(seconds)
            raise KeyboardInterrupt

    interrupted: list[float] = []
    with pytest.raises(KeyboardInterrupt):
        probing.ask("links_at_own_host", "auth_time_over_sso", pause=ctrl_c)
    assert probing.things() == before
    assert list(probing.run.answers) == ["links_at_own_host"]
    assert len(probing.run.made) == 3


def test_what_cannot_be_removed_is_told_and_tried_again(probing: Probing):
    before = probing.things()
    probing.tenant.faults([{"method": "DELETE", "path": "^/api/v2/users/", "status": 500, "times": -1}])
    run = probing.ask("links_at_own_host")
    assert run.answers["links_at_own_host"].answer == "yes"
    (left,) = run.left
    assert left.startswith("user auth0-password-probe-")
    probing.tenant.advance(2)
    with pytest.raises(GatewayError):
        probing.ask("auth_time_over_social")
    probing.tenant.clear_faults()
    assert len(probing.ask("auth_time_over_social").cleared) == 1
    assert probing.things() == before


def test_what_others_made_stays(probing: Probing):
    """Names that only look like ours."""
    api = probing.api
    user = {"connection": "Username-Password-Authentication", "password": "Quiet-Harbour-43!", "verify_email": False}
    api.post("users", {**user, "email": "judy@example.com", "name": "auth0-password probe"})
    marked = {"app_metadata": {"auth0_password_probe": True}}
    api.post("users", {**user, "email": "kim@example.com", "name": "Auth0-Password Probe", **marked})
    api.post("clients", {"name": "auth0-password probe"})
    api.post("clients", {"name": "auth0-password probe dashboard"})
    trigger = [{"id": "post-login", "version": "v3"}]
    action = {"name": "auth0-password post-login", "code": "exports.onExecutePostLogin = async () => {};"}
    api.post("actions/actions", {**action, "supported_triggers": trigger})
    before = probing.things()
    assert probing.ask("patch_ends_sign_in").cleared == []
    assert probing.things() == before


def test_bindings_of_others_keep_their_order(probing: Probing):
    api = probing.api
    names = []
    for name in ("first", "second"):
        code = "exports.onExecutePostLogin = async () => {};"
        body = {"name": name, "code": code, "supported_triggers": [{"id": "post-login", "version": "v3"}]}
        made = api.post("actions/actions", body)
        probing.tenant.advance(1)
        api.post(f"actions/actions/{made['id']}/deploy")
        probing.tenant.advance(1)
        names.append({"ref": {"type": "action_name", "value": name}, "display_name": name})
    api.patch("actions/triggers/post-login/bindings", {"bindings": names})
    assert probing.answer("claims_reach_token").answer == "yes"
    there = api.list("actions/triggers/post-login/bindings", "bindings")
    assert [binding["display_name"] for binding in there] == ["first", "second"]


@pytest.mark.django_db
class TestKept:
    def test_the_newest_answer_counts(self):
        keep_answer("links_at_own_host", "no", "they lead to login.example.com")
        keep_answer("links_at_own_host", "yes", "")
        (row,) = ProbeAnswer.objects.all()
        assert (row.answer, row.detail) == ("yes", "")

    def test_could_not_tell_leaves_what_is_known(self):
        keep_answer("links_at_own_host", "unknown", "503")
        keep_answer("links_at_own_host", "unknown", "504")
        assert kept_answers()["links_at_own_host"].detail == "504"
        keep_answer("links_at_own_host", "yes", "")
        keep_answer("links_at_own_host", "unknown", "503")
        assert kept_answers()["links_at_own_host"].answer == "yes"

    def test_long_details_are_cut(self):
        keep_answer("links_at_own_host", "unknown", "x" * 5000)
        assert kept_answers()["links_at_own_host"].detail == "x" * 1000

    def test_each_tenant_has_its_own(self, settings):
        keep_answer("links_at_own_host", "yes", "")
        settings.SOCIAL_AUTH_AUTH0_DOMAIN = "another.eu.auth0.com"
        assert kept_answers() == {}
