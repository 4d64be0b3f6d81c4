"""Jobs: imports that do not merge, exports, errors, limits; everything forgotten after a day."""

from __future__ import annotations

import csv
import gzip
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.tenant import LocalTenant
from tests.tenant.application import ALICE, BOB, DATABASE, Application

if TYPE_CHECKING:
    from pathlib import Path

    from auth0.management import Auth0

LIMIT = 500 * 1024


class Importer:
    def __init__(self, app: Application, database_id: str) -> None:
        self.app, self.database_id = app, database_id

    def begin(self, users: Any, **fields: str) -> requests.Response:
        text = users if isinstance(users, str | bytes) else json.dumps(users)
        files = {"users": ("users.json", text, "application/json")}
        return self.app.api(
            "POST", "jobs/users-imports", data={"connection_id": self.database_id, **fields}, files=files
        )

    def done(self, users: Any, **fields: str) -> dict[str, Any]:
        reply = self.begin(users, **fields)
        assert reply.status_code == 202, reply.text
        self.app.tenant.advance(1)
        return dict(self.app.api("GET", f"jobs/{reply.json()['id']}").json())

    def errors(self, job: dict[str, Any]) -> list[list[str]]:
        found = self.app.api("GET", f"jobs/{job['id']}/errors").json()
        return [[error["code"] for error in item["errors"]] for item in found]


@pytest.fixture
def importer(app: Application, database_id: str) -> Importer:
    return Importer(app, database_id)


class TestImports:
    def test_as_recorded(self, importer: Importer):
        """go-auth0's TestJobManager_ImportUsers"""
        reply = importer.begin([{"email": "judy@example.com", "email_verified": True}], upsert="true", external_id="")
        job = reply.json()
        assert reply.status_code == 202
        assert job.keys() == {"type", "status", "connection_id", "connection", "created_at", "id"}
        assert (job["type"], job["status"], job["connection"]) == ("users_import", "pending", DATABASE)
        importer.app.tenant.advance(1)
        later = importer.app.api("GET", f"jobs/{job['id']}").json()
        summary = {"failed": 0, "updated": 0, "inserted": 1, "total": 1}
        assert later == {**job, "status": "completed", "summary": summary}
        (user,) = importer.app.api("GET", "users-by-email?email=judy@example.com").json()
        assert user["email_verified"] is True
        assert "last_password_reset" not in user

    def test_the_users_come_a_moment_later(self, importer: Importer):
        importer.begin([{"email": "judy@example.com"}])
        assert importer.app.api("GET", "users-by-email?email=judy@example.com").json() == []
        importer.app.tenant.advance(1)
        assert len(importer.app.api("GET", "users-by-email?email=judy@example.com").json()) == 1

    def test_ids_get_a_prefix(self, importer: Importer):
        job = importer.done([{"email": "judy@example.com", "user_id": "auth0|42"}], external_id="mine")
        assert job["external_id"] == "mine"
        (user,) = importer.app.api("GET", "users-by-email?email=judy@example.com").json()
        assert user["user_id"] == "auth0|auth0|42"

    def test_upsert_overwrites_metadata(self, importer: Importer):
        importer.app.api("PATCH", f"users/{ALICE}", json={"app_metadata": {"a": 1, "b": 2}, "user_metadata": {"c": 3}})
        job = importer.done([{"email": "ALICE@example.com", "app_metadata": {"a": 5}, "name": "Al"}], upsert="true")
        assert job["summary"] == {"failed": 0, "updated": 1, "inserted": 0, "total": 1}
        alice = importer.app.api("GET", f"users/{ALICE}").json()
        assert (alice["app_metadata"], alice["user_metadata"], alice["name"]) == ({"a": 5}, {"c": 3}, "Al")
        assert alice["last_password_reset"] == "2026-03-14T09:26:53.589Z"

    def test_without_upsert_as_recorded(self, importer: Importer):
        """go-auth0's TestJobManager_ReadErrors"""
        user = {"email": "bob@example.com", "email_verified": True}
        job = importer.done([user])
        assert job["summary"] == {"failed": 1, "updated": 0, "inserted": 0, "total": 1}
        reply = importer.app.api("GET", f"jobs/{job['id']}/errors")
        error = {"code": "DUPLICATED_USER", "message": "The user already exist and upsert parameter is false"}
        assert (reply.status_code, reply.headers["Content-Type"]) == (200, "application/json")
        assert reply.json() == [{"user": user, "errors": [error]}]

    def test_each_user_by_itself(self, importer: Importer):
        users = [
            {"email": "judy@example.com"},
            {"email": "judy@example.com"},
            {"email": "no address"},
            {"name": "nobody"},
            {"email": "x@example.com", "colour": "red", "blocked": "yes"},
            "text",
            {"email": "kim@example.com", "user_id": BOB[6:]},
            {"email": "kim@example.com", "mfa_factors": ["text"]},
            {"username": "kim", "mfa_factors": [{"totp": {"secret": "IXZ4ZLEVTLY5OD2SUXWIQ4G4YIUEQJ3W"}}]},
        ]
        job = importer.done(users, upsert="true")
        assert job["summary"] == {"failed": 7, "updated": 0, "inserted": 2, "total": 9}
        expected = [
            ["DUPLICATED_USER"],
            ["FORMAT"],
            ["ANY_OF_MISSING"],
            ["NOT_PASSED", "INVALID_TYPE"],
            ["INVALID_TYPE"],
        ]
        assert importer.errors(job) == [*expected, ["DUPLICATED_USER"], ["INVALID_TYPE"]]

    def test_no_errors_are_204(self, importer: Importer):
        job = importer.done([{"email": "judy@example.com"}])
        assert importer.app.api("GET", f"jobs/{job['id']}/errors").status_code == 204

    @pytest.mark.parametrize("text", ['[{"email": ', '{"email": "judy@example.com"}'])
    def test_a_file_that_is_no_list(self, importer: Importer, text: str):
        job = importer.done(text)
        assert job["status"] == "failed"
        assert "Make sure it is valid JSON" in job["status_details"]
        assert importer.app.api("GET", f"jobs/{job['id']}/errors").json()["status"] == "failed"

    @pytest.mark.parametrize("size", [LIMIT + 1, 3 * LIMIT])
    def test_too_long(self, importer: Importer, size: int):
        reply = importer.begin("[" + " " * (size - 2) + "]")
        assert (reply.status_code, reply.json()["error"]) == (413, "Request Entity Too Large")

    def test_just_short_enough(self, importer: Importer):
        assert importer.begin("[" + " " * (LIMIT - 2) + "]").status_code == 202

    def test_two_at_a_time(self, importer: Importer):
        statuses = [importer.begin([{"email": f"{name}@example.com"}]).status_code for name in "abc"]
        assert statuses == [202, 202, 429]
        importer.app.tenant.advance(1)
        refused = importer.begin([])
        assert refused.status_code == 202

    def test_the_third_is_told_why(self, importer: Importer):
        body = [importer.begin([]).json() for _ in range(3)][-1]
        assert body["message"].startswith("There are 2 active import users jobs")
        assert body["errorCode"] == "too_many_requests"

    @pytest.mark.parametrize("change", [{"connection_id": ""}, {"connection_id": "con_none"}])
    def test_bad_requests(self, importer: Importer, change: dict[str, str]):
        assert importer.begin([], **change).status_code == 400

    def test_without_a_file(self, importer: Importer):
        reply = importer.app.api("POST", "jobs/users-imports", data={"connection_id": importer.database_id})
        assert "Missing required property: users" in reply.json()["message"]


class TestExports:
    def export(self, app: Application, **body: Any) -> tuple[dict[str, Any], str]:
        """The job as it was begun, and its file."""
        reply = app.api("POST", "jobs/users-exports", json=body)
        assert reply.status_code == 200, reply.text
        app.tenant.advance(1)
        job = app.api("GET", f"jobs/{reply.json()['id']}").json()
        file = requests.get(job["location"], timeout=5)
        assert file.status_code == 200
        return reply.json(), gzip.decompress(file.content).decode()

    def test_as_recorded(self, app: Application, database_id: str):
        """go-auth0's TestJobManager_ExportUsers"""
        fields = [{"name": "email"}, {"name": "identities[0].connection", "export_as": "where"}]
        job, text = self.export(app, connection_id=database_id, format="json", limit=2, fields=fields)
        keys = {"type", "status", "connection_id", "format", "limit", "fields", "connection", "created_at", "id"}
        assert job.keys() == keys
        lines = [json.loads(line) for line in text.splitlines()]
        assert lines == [{"email": f"{name}@example.com", "where": DATABASE} for name in ("bob", "alice")]

    def test_the_full_sweep(self, app: Application):
        """What cannot be searched can be exported; what is not there is left out."""
        fields = [{"name": "user_id"}, {"name": "last_password_reset"}, {"name": "app_metadata.needsPasswordReset"}]
        _, text = self.export(app, format="json", fields=fields)
        people = {item["user_id"]: item for item in map(json.loads, text.splitlines())}
        assert people[ALICE] == {"user_id": ALICE, "last_password_reset": "2026-03-14T09:26:53.589Z"}
        assert people[BOB] == {"user_id": BOB, "app_metadata.needsPasswordReset": True}
        assert len(people) == len(app.tenant.users())

    def test_csv_against_injection(self, app: Application):
        app.api("PATCH", f"users/{ALICE}", json={"name": '=cmd|"x"!A1'})
        fields = [{"name": name} for name in ("name", "email_verified", "last_password_reset", "logins_count")]
        _, text = self.export(app, format="csv", limit=2, fields=fields)
        header, bob, alice = csv.reader(io.StringIO(text))
        assert header == ["name", "email_verified", "last_password_reset", "logins_count"]
        assert alice == ['\'=cmd|"x"!A1', "true", "2026-03-14T09:26:53.589Z", ""]
        assert bob[0] == "'Bob Miller"
        assert '"\'=cmd|""x""!A1"' in text

    def test_a_link_lives_a_minute(self, app: Application):
        reply = app.api("POST", "jobs/users-exports", json={"format": "json"})
        assert "location" not in app.api("GET", f"jobs/{reply.json()['id']}").json()
        app.tenant.advance(1)
        first, second = (app.api("GET", f"jobs/{reply.json()['id']}").json()["location"] for _ in range(2))
        assert first != second
        assert requests.get(first, timeout=5).status_code == 200
        app.tenant.advance(60)
        assert requests.get(first, timeout=5).status_code == 403
        assert requests.get(first.partition("?")[0], timeout=5).status_code == 403

    @pytest.mark.parametrize(
        "body",
        [
            {"format": "xml"},
            {"limit": 0},
            {"connection_id": "con_none"},
            {"fields": [{"export_as": "x"}]},
            {"fields": [{"name": "x", "colour": "red"}]},
            {"format": "csv", "fields": [{"name": "app_metadata"}]},
            {"format": "csv", "fields": [{"name": f"app_metadata.{number}"} for number in range(31)]},
        ],
    )
    def test_bodies_that_are_refused(self, app: Application, body: dict[str, Any]):
        assert app.api("POST", "jobs/users-exports", json=body).status_code == 400


def test_forgotten_after_a_day(importer: Importer):
    job = importer.done([])
    importer.app.tenant.advance(86_400)
    for path in (f"jobs/{job['id']}", f"jobs/{job['id']}/errors", "jobs/job_none"):
        reply = importer.app.api("GET", path)
        assert (reply.status_code, reply.json()["errorCode"]) == (404, "inexistent_job")


def test_by_the_library(auth0: Auth0, app: Application, database_id: str):
    file = ("users.json", b'[{"email": "bob@example.com"}]', "application/json")
    job = auth0.jobs.users_imports.create(users=file, connection_id=database_id, upsert=False)
    app.tenant.advance(1)
    assert auth0.jobs.get(job.id).status == "completed"
    assert auth0.jobs.errors.get(job.id)[0].errors[0].code == "DUPLICATED_USER"
    export = auth0.jobs.users_exports.create(format="csv", fields=[{"name": "email"}])
    app.tenant.advance(1)
    assert auth0.jobs.get(export.id).location.startswith(app.tenant.base_url)
    mail = auth0.jobs.verification_email.create(user_id=BOB)
    assert (mail.type, mail.status) == ("verification_email", "pending")


def test_a_pending_job_survives_a_restart(tmp_path: Path, seed: dict[str, Any]):
    state = tmp_path / "state.json"
    with LocalTenant.start(seed, state=state) as tenant:
        app = Application(tenant)
        (database,) = app.api("GET", f"connections?name={DATABASE}").json()
        tenant.plan(job_delay_s=100)
        job = Importer(app, database["id"]).begin([{"email": "judy@example.com"}]).json()
    with LocalTenant.start(seed, state=state) as tenant:
        app = Application(tenant)
        assert app.api("GET", f"jobs/{job['id']}").json()["status"] == "pending"
        tenant.advance(100)
        assert len(app.api("GET", "users-by-email?email=judy@example.com").json()) == 1
