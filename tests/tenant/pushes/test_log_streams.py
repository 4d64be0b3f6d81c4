"""Log streams: their settings, the three formats on the wire, tries, rounds, pauses, and the end after a week."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from auth0.management import Auth0

from tests.tenant.application import ALICE, BOB, MANAGEMENT
from tests.tenant.pushes.pushing import NEW, Pushing

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.tenant.pushes.receiver import Receiver

DAY = 86_400
SECRET = "f2368bbe77074527a37be2fdd5b92bad"


@pytest.fixture
def pushing(pushing: Pushing) -> Pushing:
    pushing.plan(scp_after=["patch"])
    return pushing


def changes(pushing: Pushing, times: int) -> None:
    """Each leaves one scp."""
    for number in range(times):
        pushing.change(f"{NEW}{number}")


class TestSettings:
    def test_made_read_changed_and_deleted(self, pushing: Pushing):
        body = {
            "name": "n",
            "type": "http",
            "sink": {
                "httpAuthorization": f"Bearer {SECRET}",
                "httpContentFormat": "JSONLINES",
                "httpContentType": "application/json",
                "httpEndpoint": "https://example.com/logs",
            },
            "pii_config": {"log_fields": ["first_name"], "method": "mask", "algorithm": "xxhash"},
        }
        reply = pushing.api("POST", "log-streams", json=body)
        made = reply.json()
        assert reply.status_code == 200
        assert made == {**body, "id": made["id"], "status": "active", "isPriority": False}
        path = f"log-streams/{made['id']}"
        assert pushing.api("GET", path).json() == made
        assert pushing.api("GET", "log-streams").json() == [made]
        filters = [{"type": "category", "name": "user.success"}]
        changed = pushing.api("PATCH", path, json={"filters": filters, "status": "paused"}).json()
        assert changed == {**made, "filters": filters, "status": "paused"}
        assert [pushing.api("DELETE", path).status_code for _ in range(2)] == [204, 204]
        gone = pushing.api("GET", path)
        assert gone.json() == {"statusCode": 404, "error": "Not Found", "message": "The log stream does not exist."}

    @pytest.mark.parametrize(
        "wrong",
        [
            {"type": "splunk"},
            {"sink": {}},
            {"sink": {"httpEndpoint": "http://127.0.0.1/", "httpContentFormat": "XML"}},
            {"filters": [{"type": "category", "name": "everything"}]},
            {"startFrom": "yesterday"},
            {"pii_config": {"log_fields": ["shoe_size"]}},
            {"status": "active"},
        ],
    )
    def test_what_is_not_understood(self, pushing: Pushing, wrong: dict[str, Any]):
        body = {"name": "n", "type": "http", "sink": {"httpEndpoint": "http://127.0.0.1/"}, **wrong}
        reply = pushing.api("POST", "log-streams", json=body)
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_body")

    def test_auth0s_own_client_manages_them(self, pushing: Pushing):
        api = Auth0(token=pushing.management_token, base_url=f"{pushing.tenant.base_url}/api/v2")
        sink = {"httpEndpoint": "https://example.com/logs"}
        made = api.log_streams.create(request={"name": "n", "type": "http", "sink": sink})
        assert api.log_streams.update(made.id, name="other").name == "other"
        assert [stream.name for stream in api.log_streams.list()] == ["other"]
        api.log_streams.delete(made.id)
        assert api.log_streams.list() == []


class TestOnTheWire:
    def test_json_lines(self, pushing: Pushing, receiver: Receiver):
        pushing.stream(f"{receiver.url}/logs?from=auth0", "user.success")
        changes(pushing, 3)
        (done,) = pushing.deliver()
        assert (done["kind"], done["pushes"], done["status"]) == ("log", 3, 200)
        (post,) = receiver.received
        assert post.path == "/logs?from=auth0"
        assert post.headers["Content-Type"] == "application/json"
        assert "Authorization" not in post.headers
        assert [line.keys() for line in post.lines] == [{"log_id", "data"}] * 3
        assert {line["data"]["type"] for line in post.lines} == {"scp"}
        assert all(line["log_id"] == line["data"]["log_id"] for line in post.lines)
        assert post.lines[0]["data"]["user_id"] == ALICE
        assert None not in post.lines[0]["data"].values()
        with pytest.raises(ValueError, match="Extra data"):
            _ = post.json

    def test_json_array(self, pushing: Pushing, receiver: Receiver):
        pushing.stream(receiver.url, "user.success", sink={"httpContentFormat": "JSONARRAY"})
        changes(pushing, 2)
        pushing.deliver()
        (post,) = receiver.received
        assert [item["data"]["type"] for item in post.json] == ["scp", "scp"]

    def test_json_object_one_a_request(self, pushing: Pushing, receiver: Receiver):
        pushing.stream(receiver.url, "user.success", sink={"httpContentFormat": "JSONOBJECT"})
        changes(pushing, 2)
        assert len(pushing.deliver()) == 2
        assert [post.json.keys() for post in receiver.received] == [{"log_id", "data"}] * 2

    @pytest.mark.parametrize("typed", [SECRET, f"Bearer {SECRET}", "Basic odd but so"])
    def test_the_authorization_is_sent_as_it_was_typed(self, pushing: Pushing, receiver: Receiver, typed: str):
        sink = {
            "httpAuthorization": typed,
            "httpContentType": "application/x-ndjson",
            "httpCustomHeaders": [{"header": "X-Site", "value": "library"}],
        }
        pushing.stream(receiver.url, "user.success", sink=sink)
        changes(pushing, 1)
        pushing.deliver()
        headers = receiver.received[0].headers
        assert headers["Authorization"] == typed
        assert (headers["Content-Type"], headers["X-Site"]) == ("application/x-ndjson", "library")

    def test_only_the_categories_asked_for(self, pushing: Pushing, receiver: Receiver, browser: Browser):
        pushing.stream(f"{receiver.url}/some", "management.success", "auth.login.success")
        pushing.stream(f"{receiver.url}/all")
        pushing.sign_in(browser)
        pushing.change()
        pushing.deliver()
        types = {post.path: [line["data"]["type"] for line in post.lines] for post in receiver.received}
        assert types["/some"] == ["sapi", "sapi", "s", "sapi"]
        assert {"s", "seccft", "scp", "sapi"} <= set(types["/all"])

    def test_many_come_in_batches(self, pushing: Pushing, receiver: Receiver):
        pushing.stream(receiver.url, "auth.token_exchange.success")
        for _ in range(101):
            assert pushing.management_token
        assert [done["pushes"] for done in pushing.deliver()] == [100, 1]

    def test_personal_data_is_masked_or_hashed(self, pushing: Pushing, receiver: Receiver):
        fields = {"log_fields": ["email", "username"], "algorithm": "xxhash"}
        pushing.stream(f"{receiver.url}/masked", "user.success", pii_config=fields | {"method": "mask"})
        pushing.stream(f"{receiver.url}/hashed", "user.success", pii_config=fields | {"method": "hash"})
        changes(pushing, 1)
        pushing.deliver()
        masked, hashed = (post.lines[0]["data"] for post in receiver.received)
        assert (masked["user_name"], masked["details"]["email"]) == ("*****", "*****")
        assert len(hashed["user_name"]) == 16
        assert hashed["user_name"] == hashed["details"]["email"]
        assert masked["user_id"] == hashed["user_id"] == ALICE

    def test_a_starting_cursor_brings_what_was_before(self, pushing: Pushing, receiver: Receiver):
        changes(pushing, 2)
        since = pushing.of_type("scp")[0]["date"]
        pushing.stream(receiver.url, "user.success", startFrom=since)
        pushing.deliver()
        assert [log["date"] for log in receiver.logs()] == [since]


class TestFailures:
    def test_tried_again_with_the_very_same_records(self, pushing: Pushing, receiver: Receiver):
        pushing.stream(receiver.url, "user.success")
        changes(pushing, 2)
        receiver.statuses = [503]
        assert [done["status"] for done in pushing.deliver()] == [503]
        assert [done["status"] for done in pushing.deliver()] == [200]
        assert receiver.bodies[0] == receiver.bodies[1]
        assert pushing.deliver() == []

    def test_a_receiver_that_hangs_up_on_a_read_log_gets_it_twice(self, pushing: Pushing, receiver: Receiver):
        """At least once: it was taken in, but the answer came too late."""
        pushing.stream(receiver.url, "user.success")
        pushing.push(timeout_s=0.2)
        changes(pushing, 1)
        receiver.free.clear()
        (done,) = pushing.deliver()
        assert (done["status"], "timed out" in done["error"]) == (None, True)
        receiver.free.set()
        pushing.push(timeout_s=5)
        pushing.deliver()
        assert len(receiver.received) == 2
        assert receiver.bodies[0] == receiver.bodies[1]

    def test_three_tries_then_a_pause_then_again(self, pushing: Pushing, receiver: Receiver):
        """By the tenant's clock."""
        pushing.stream(receiver.url, "user.success")
        changes(pushing, 1)
        receiver.statuses = [500] * 4
        tried = []
        for wait in (0, 2, 2, 2, 58):
            pushing.tenant.advance(wait)
            tried.append(len(pushing.deliver(due_only=True)))
        assert tried == [1, 1, 1, 0, 1]
        assert [push["tries"] for push in pushing.queued()] == [4]

    def test_a_week_of_failures_suspends_the_stream(self, pushing: Pushing, receiver: Receiver):
        stream = pushing.stream(receiver.url, "user.success")
        path = f"log-streams/{stream['id']}"
        changes(pushing, 1)
        receiver.statuses = [500] * 2
        pushing.deliver()
        pushing.tenant.advance(7 * DAY - 60)
        assert pushing.api("GET", path).json()["status"] == "active"
        pushing.tenant.advance(120)
        pushing.deliver()
        assert pushing.api("GET", path).json()["status"] == "suspended"
        assert pushing.deliver() == []
        assert pushing.api("PATCH", path, json={"status": "active"}).json()["status"] == "active"
        assert [done["status"] for done in pushing.deliver(due_only=True)] == [200]

    def test_one_success_ends_the_counting(self, pushing: Pushing, receiver: Receiver):
        stream = pushing.stream(receiver.url, "user.success")
        for statuses in ([500, 200], [500]):
            receiver.statuses = [*statuses]
            pushing.change(f"{NEW}{len(statuses)}")
            for _ in statuses:
                pushing.deliver()
            pushing.tenant.advance(4 * DAY)
        receiver.statuses = [500]
        pushing.deliver()
        assert pushing.api("GET", f"log-streams/{stream['id']}").json()["status"] == "active"

    def test_a_paused_stream_is_sent_what_it_missed_if_that_is_still_kept(self, pushing: Pushing, receiver: Receiver):
        pushing.plan(subscription="free")
        stream = pushing.stream(receiver.url, "user.success")
        path = f"log-streams/{stream['id']}"
        pushing.api("PATCH", path, json={"status": "paused"})
        changes(pushing, 1)
        pushing.tenant.advance(DAY + 60)
        pushing.change(user_id=BOB)
        assert pushing.deliver() == []
        pushing.api("PATCH", path, json={"status": "active"})
        pushing.deliver()
        assert [log["user_id"] for log in receiver.logs()] == [BOB]

    def test_a_deleted_stream_is_sent_nothing(self, pushing: Pushing, receiver: Receiver):
        stream = pushing.stream(receiver.url)
        changes(pushing, 1)
        pushing.api("DELETE", f"log-streams/{stream['id']}")
        assert pushing.deliver() == []
        assert pushing.queued() == []

    def test_nothing_leaves_this_machine(self, pushing: Pushing):
        pushing.stream("https://example.com/logs", "user.success")
        changes(pushing, 1)
        (done,) = pushing.deliver()
        assert (done["status"], done["error"]) == (None, "only loopback addresses are called from here")

    def test_nobody_listens(self, pushing: Pushing):
        pushing.stream("http://127.0.0.1:1/logs", "user.success")
        changes(pushing, 1)
        (done,) = pushing.deliver()
        assert "refused" in done["error"]


def test_the_stream_says_which_application_called_the_api(pushing: Pushing, receiver: Receiver):
    pushing.stream(receiver.url, "management.success")
    changes(pushing, 1)
    pushing.deliver()
    made, changed = receiver.logs()
    assert (made["description"], changed["description"]) == ("Create a Log Stream", "Update a User")
    assert changed["client_id"] == MANAGEMENT[0]
    assert "user_id" not in changed
