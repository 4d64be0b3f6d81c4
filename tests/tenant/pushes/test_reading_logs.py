"""GET /logs by checkpoint and by criteria, one log, one user's; delay and retention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from auth0.management import Auth0

from tests.tenant.application import ALICE, BOB, DATABASE, Application
from tests.tenant.pushes.pushing import Pushing
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    import requests

    from tests.support.browser import Browser
    from tests.support.tenant import LocalTenant

DAY = 86_400


def get(pushing: Pushing, path: str = "logs", **params: Any) -> requests.Response:
    return pushing.api("GET", path, params=params)


def rename(pushing: Pushing, times: int, user_id: str = ALICE) -> None:
    """Each leaves one log of the type sapi."""
    token = pushing.management_token
    for number in range(times):
        reply = pushing.api("PATCH", f"users/{user_id}", token, json={"nickname": f"name-{number}"})
        assert reply.status_code == 200


def names(logs: list[dict[str, Any]]) -> list[str]:
    return [log["details"]["request"]["body"]["nickname"] for log in logs if log["type"] == "sapi"]


class TestByCheckpoint:
    def test_newer_ones_in_the_order_of_their_ids(self, pushing: Pushing):
        rename(pushing, 1)
        first = pushing.log("sapi")["log_id"]
        rename(pushing, 3)
        reply = get(pushing, **{"from": first, "take": 100})
        assert names(reply.json()) == ["name-0", "name-1", "name-2"]
        ids = [log["log_id"] for log in reply.json()]
        assert ids == sorted(ids)
        assert min(ids) > first

    def test_the_link_leads_on_until_nothing_is_left_and_then_stays(self, pushing: Pushing):
        token = pushing.management_token
        rename(pushing, 5)
        url, pages = f"{pushing.tenant.base_url}/api/v2/logs?from=900&take=2", []
        while True:
            query = parse_qs(urlsplit(url).query)
            reply = pushing.api("GET", "logs", token, params=query)
            following = reply.links["next"]["url"]
            if not reply.json():
                break
            pages.append(reply.json())
            url = following
        assert [len(page) for page in pages] == [2] * (len(pages) - 1) + [len(pages[-1])]
        assert names([log for page in pages for log in page]) == [f"name-{number}" for number in range(5)]
        assert following == url

    def test_what_is_indexed_late_is_never_passed_over(self, pushing: Pushing):
        """Indexing delay, and GET /logs?from= in the order of log_id."""
        pushing.plan(log_indexing_delay_s=60)
        rename(pushing, 1)
        pushing.plan(log_indexing_delay_s=0)
        rename(pushing, 1, BOB)
        seen = get(pushing, **{"from": "900", "take": 100}).json()
        assert [log["details"]["request"]["path"][-3:] for log in seen if log["type"] == "sapi"] == [BOB[-3:]]
        pushing.tenant.advance(60)
        late = [log for log in get(pushing, **{"from": seen[-1]["log_id"]}).json() if log["type"] == "sapi"]
        assert [log["details"]["request"]["path"] for log in late] == [f"/api/v2/users/{ALICE}"]
        assert late[0]["date"] < seen[-1]["date"]

    def test_other_parameters_do_not_count(self, pushing: Pushing):
        rename(pushing, 1)
        assert "sapi" in {log["type"] for log in get(pushing, **{"from": "900", "q": "type:scp"}).json()}

    @pytest.mark.parametrize("take", ["101", "many"])
    def test_a_take_that_is_none(self, pushing: Pushing, take: str):
        reply = get(pushing, **{"from": "900", "take": take})
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_query_string")


class TestByCriteria:
    def test_newest_first_from_page_0(self, pushing: Pushing):
        rename(pushing, 5)
        found = [log for page in range(5) for log in get(pushing, per_page=2, page=page, q="type:sapi").json()]
        assert names(found) == [f"name-{number}" for number in reversed(range(5))]

    def test_totals_are_those_of_the_page(self, pushing: Pushing):
        rename(pushing, 5)
        reply = get(pushing, per_page=2, page=1, q="type:sapi", include_totals="true").json()
        assert {key: reply[key] for key in ("start", "limit", "length", "total")} == {
            "start": 2, "limit": 2, "length": 2, "total": 2,
        }  # fmt: skip
        assert len(reply["logs"]) == 2

    def test_sort_and_fields(self, pushing: Pushing):
        rename(pushing, 3)
        found = get(pushing, q="type:sapi", sort="date:1", fields="date,type").json()
        assert [log.keys() for log in found] == [{"date", "type"}] * 3
        assert [log["date"] for log in found] == sorted(log["date"] for log in found)

    @pytest.mark.parametrize(
        "q",
        [
            "type:scp",
            'type:"scp" AND user_id:"auth0|64f0c0ffee000000000a11ce"',
            "user_name:alice*",
            "user_name:*example.com AND NOT type:s*i",
            "type:scp OR type:fcp",
            "NOT (type:sapi OR type:seccft OR type:s)",
            "scp",
            'description:"You can now login to the application with the new password."',
            "type:scp AND date:[2020-01-01 TO *]",
            "type:scp AND date:[* TO 2999-01}",
            f"connection:{DATABASE}",
        ],
    )
    def test_queries_that_mean_her_change(self, pushing: Pushing, q: str):
        pushing.plan(scp_after=["patch"])
        pushing.change()
        assert [log["type"] for log in get(pushing, q=q).json()] == ["scp"]

    @pytest.mark.parametrize(
        "q", ["type:SCP", "type:sc", "date:[2999 TO *]", "date:{* TO 2020]", "user_id:bob", "description:now"]
    )
    def test_queries_that_mean_nothing_of_it(self, pushing: Pushing, q: str):
        pushing.plan(scp_after=["patch"])
        pushing.change()
        assert get(pushing, q=q).json() == []

    @pytest.mark.parametrize(
        "q",
        [
            "(type:s",
            "type:",
            "colour:red",
            "type:s?p",
            "ip:[1 TO 2]",
            "*sa",
            "type:scp type:fcp",
            "OR type:s",
            '"open',
        ],
    )
    def test_queries_that_are_not_played_say_so(self, pushing: Pushing, q: str):
        reply = get(pushing, q=q)
        assert (reply.status_code, reply.json()["errorCode"]) == (400, "invalid_query_string")

    def test_not_beyond_the_first_thousand(self, pushing: Pushing):
        assert get(pushing, per_page=100, page=9).status_code == 200
        assert get(pushing, per_page=100, page=10).status_code == 400


class TestOne:
    def test_by_its_id(self, pushing: Pushing):
        rename(pushing, 1)
        log = pushing.log("sapi")
        assert get(pushing, f"logs/{log['log_id']}").json() == log
        reply = get(pushing, "logs/900")
        assert reply.status_code == 404
        assert reply.json().keys() == {"statusCode", "error", "message"}

    def test_a_users_own(self, pushing: Pushing, browser: Browser):
        pushing.sign_in(browser)
        pushing.change()
        assert [log["type"] for log in get(pushing, f"users/{ALICE}/logs").json()] == ["s"]
        assert get(pushing, f"users/{BOB}/logs").json() == []
        assert get(pushing, "users/auth0%7Cnobody/logs").json() == []

    def test_nobody_without_the_scope(self, tenant: LocalTenant):
        tenant.seed(seed_with_scopes("read:users"))
        for path in ("logs", "logs/900", f"users/{ALICE}/logs"):
            assert Application(tenant).api("GET", path).json()["errorCode"] == "insufficient_scope"


@pytest.mark.parametrize(("subscription", "days"), [("free", 1), ("essentials", 5), ("professional", 10)])
def test_logs_are_kept_as_long_as_the_subscription_says(pushing: Pushing, subscription: str, days: int):
    """Retention by plan."""
    pushing.plan(subscription=subscription)
    rename(pushing, 1)
    pushing.tenant.advance(days * DAY - 60)
    assert len(pushing.of_type("sapi")) == 1
    pushing.tenant.advance(120)
    assert pushing.of_type("sapi") == []


def test_auth0s_own_client_reads_to_the_end(pushing: Pushing):
    rename(pushing, 7)
    api = Auth0(token=pushing.management_token, base_url=f"{pushing.tenant.base_url}/api/v2")
    found = list(api.logs.list(per_page=3))
    assert [log.type for log in found].count("sapi") == 7
    assert api.logs.get(found[0].log_id).log_id == found[0].log_id
    assert list(api.users.logs.list(ALICE)) == []
