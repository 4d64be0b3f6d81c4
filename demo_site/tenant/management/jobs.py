"""Jobs: importing and exporting users, verification mails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse, JsonResponse

from demo_site.tenant import hosts, verification
from demo_site.tenant.jobs import exports, work
from demo_site.tenant.management.access import endpoint
from demo_site.tenant.management.errors import ApiError, invalid_body, no_content
from demo_site.tenant.management.lookup import found_user
from demo_site.tenant.management.payload import checked, json_object, required
from demo_site.tenant.management.tickets import links_at, named_identity, organization_of

if TYPE_CHECKING:
    from demo_site.tenant.records import Job, Json
    from demo_site.tenant.state import State

LARGEST_FILE = 500 * 1024
MOST_IMPORTS = 2
MOST_CSV_FIELDS = 30
WHOLE_OBJECTS = ("app_metadata", "user_metadata", "identities")
READING = ("create:users", "read:users", "create:passwords_checking_job")
EXPORT_FIELDS = {"connection_id": str, "format": str, "limit": int, "fields": list}
EXPORTED_FIELD = {"name": str, "export_as": str}
MAIL_FIELDS = {"user_id": str, "client_id": str, "identity": dict, "organization_id": str}


@endpoint("POST", "create:users")
def import_users(request: HttpRequest, state: State) -> JsonResponse:
    """multipart/form-data; two at a time."""
    file = _file(request)
    connection_id = request.POST.get("connection_id")
    if not connection_id:
        raise invalid_body("'Missing required property: connection_id'")
    connection = state.connection_by_id(connection_id)
    if connection is None or not connection.is_database:
        raise ApiError(400, "The connection does not exist.", "inexistent_connection")
    active = work.active_imports(state)
    if active >= MOST_IMPORTS:
        words = f"There are {active} active import users jobs"
        raise ApiError(429, f"{words}, please wait until some of them are finished and try again", "too_many_requests")
    shown = {"connection_id": connection.id, "connection": connection.name}
    if request.POST.get("external_id"):
        shown["external_id"] = request.POST["external_id"]
    task = {"users": file, "upsert": request.POST.get("upsert") == "true"}
    return JsonResponse(work.begin(state, "users_import", shown, task).shown, status=202)


@endpoint("POST", "read:users")
def export_users(request: HttpRequest, state: State) -> JsonResponse:
    """Without a connection: everybody. 200, where the other jobs answer 201 and 202 (recorded)."""
    body = {"format": "json", **json_object(request, EXPORT_FIELDS)}
    _check_export(body)
    shown = {name: body[name] for name in EXPORT_FIELDS if name in body}
    if "connection_id" in body:
        connection = state.connection_by_id(body["connection_id"])
        if connection is None:
            raise ApiError(400, "The connection does not exist.", "inexistent_connection")
        shown["connection"] = connection.name
    return JsonResponse(work.begin(state, "users_export", shown).shown)


@endpoint("POST", "update:users")
def verification_email(request: HttpRequest, state: State) -> JsonResponse:
    body = json_object(request, MAIL_FIELDS)
    required(body, "user_id")
    base_url = links_at(request, state)
    user = found_user(state, body["user_id"])
    if "client_id" in body and body["client_id"] not in state.clients:
        raise ApiError(400, "The client does not exist", "inexistent_client")
    organization_of(body, user, state)
    identity = named_identity(body["identity"], user, state) if "identity" in body else user.identities[0]
    verification.send(state, user, identity, base_url, client_id=body.get("client_id"))
    return JsonResponse(work.begin(state, "verification_email", {}).shown, status=201)


@endpoint("GET", *READING)
def read(request: HttpRequest, state: State, job_id: str) -> JsonResponse:
    job = _found(state, job_id)
    shown = dict(job.shown)
    if job.content:
        shown["location"] = exports.location(job, hosts.base_url(request, state))
    return JsonResponse(shown)


@endpoint("GET", *READING)
def errors(_request: HttpRequest, state: State, job_id: str) -> HttpResponse:
    """204 where there are none. What failed as a whole shows itself."""
    job = _found(state, job_id)
    if job.shown["status"] == "failed":
        return JsonResponse(job.shown)
    if not job.errors:
        return no_content()
    return JsonResponse(job.errors, safe=False)


def _file(request: HttpRequest) -> str:
    """What is too long has not been read to its end."""
    too_long = int(request.headers.get("Content-Length") or 0) > 2 * LARGEST_FILE
    file = None if too_long else request.FILES.get("users")
    if too_long or (file and (file.size or 0) > LARGEST_FILE):
        words = f"Payload content length greater than maximum allowed: {LARGEST_FILE}"
        raise ApiError(413, words)
    if file is None:
        raise invalid_body("'Missing required property: users'")
    text: bytes = file.read()
    return text.decode("utf-8", "replace")


def _found(state: State, job_id: str) -> Job:
    job = state.jobs.get(job_id)
    if job is None:
        raise ApiError(404, "The job does not exist.", "inexistent_job")
    return job


def _check_export(body: Json) -> None:
    if body["format"] not in ("json", "csv"):
        raise invalid_body("'No enum match for: " + f"{body['format']}' on property format")
    if body.get("limit", 1) < 1:
        raise invalid_body(f"'Value {body['limit']} is less than minimum 1' on property limit")
    for index, field in enumerate(body.get("fields", [])):
        checked(field, EXPORTED_FIELD, f"fields[{index}]")
        required(field, "name", path=f"fields[{index}]")
        if body["format"] == "csv" and field["name"] in WHOLE_OBJECTS:
            raise invalid_body(f"'{field['name']} cannot be exported as a whole in CSV' on property fields[{index}]")
    if body["format"] == "csv" and len(body.get("fields", [])) > MOST_CSV_FIELDS:
        words = f"'Array is too long ({len(body['fields'])}), maximum {MOST_CSV_FIELDS}'"
        raise invalid_body(f"{words} on property fields")
