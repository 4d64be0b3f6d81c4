"""A custom domain beside the tenant's own name: one process, two hosts, two issuers."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests

from tests.support.browser import Browser
from tests.support.tenant import ROOT, LocalTenant, demo_seed
from tests.tenant.application import BOB, LOGIN, MANAGEMENT, SITE, Application, callback, change_password
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "Brand-New-Start-7!"


class Named:
    """The tenant as a site sees it that is configured with the custom domain."""

    def __init__(self, tenant: LocalTenant) -> None:
        self.port = tenant.port
        self.base_url = f"http://localhost:{tenant.port}"


@pytest.fixture
def canonical(tenant: LocalTenant) -> Application:
    tenant.seed({**demo_seed(SITE), "custom_domain": "localhost"})
    return Application(tenant)


@pytest.fixture
def custom(canonical: Application) -> Application:
    return Application(Named(canonical.tenant))


def management_token(app: Application, canonical: Application) -> str:
    """The audience is the canonical host's, wherever the token is asked for."""
    reply = app.token(
        grant_type="client_credentials",
        client_id=MANAGEMENT[0],
        client_secret=MANAGEMENT[1],
        audience=f"{canonical.tenant.base_url}/api/v2/",
    )
    assert reply.status_code == 200, reply.text
    return str(reply.json()["access_token"])


def test_the_issuer_is_the_host_used(canonical: Application, custom: Application, browser: Browser):
    for app in (canonical, custom):
        base = app.tenant.base_url
        document = requests.get(f"{base}/.well-known/openid-configuration", timeout=5).json()
        assert document["issuer"] == f"{base}/"
        assert all(
            url.startswith(f"{base}/") for name, url in document.items() if name.endswith(("_endpoint", "_uri"))
        )
        assert app.claims(app.sign_in(browser))["iss"] == f"{base}/"


def test_each_host_has_its_own_session(canonical: Application, custom: Application, browser: Browser):
    custom.sign_in(browser)
    for app, answer in ((custom, "code"), (canonical, "error")):
        browser.get(app.authorize_url(prompt="none"))
        assert answer in callback(browser)


def test_the_same_person_has_the_same_subject(canonical: Application, custom: Application):
    subjects = {app.claims(app.sign_in(Browser(stop_at=SITE)))["sub"] for app in (canonical, custom)}
    assert len(subjects) == 1


def test_a_management_token_counts_where_it_was_issued(canonical: Application, custom: Application):
    for issued_at, other in ((canonical, custom), (custom, canonical)):
        token = management_token(issued_at, canonical)
        issuer = jwt.decode(token, options={"verify_signature": False})["iss"]
        assert issuer == f"{issued_at.tenant.base_url}/"
        assert issued_at.api("GET", f"users/{BOB}", token).status_code == 200
        assert other.api("GET", f"users/{BOB}", token).status_code == 401


def test_the_audience_of_the_custom_domain_is_nobodys(custom: Application):
    reply = custom.token(
        grant_type="client_credentials",
        client_id=MANAGEMENT[0],
        client_secret=MANAGEMENT[1],
        audience=f"{custom.tenant.base_url}/api/v2/",
    )
    assert (reply.status_code, reply.json()["error"]) == (403, "access_denied")


class TestTickets:
    def mint(self, app: Application, header: str | None, **fields: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {app.management_token}"}
        headers |= {} if header is None else {"auth0-custom-domain": header}
        url = f"{app.tenant.base_url}/api/v2/tickets/password-change"
        return requests.post(url, json={"user_id": BOB, **fields}, headers=headers, timeout=5)

    @pytest.mark.parametrize("port", [False, True])
    def test_the_header_names_the_host(
        self, canonical: Application, custom: Application, browser: Browser, port: bool
    ):
        header = f"localhost:{canonical.tenant.port}" if port else "localhost"
        ticket = self.mint(canonical, header, client_id=LOGIN[0]).json()["ticket"]
        assert ticket.startswith(f"{custom.tenant.base_url}/u/reset-verify?ticket=")
        change_password(browser, ticket, GOOD)
        browser.click("Back to Northwind Library")
        assert browser.page.url.endswith(f"?iss=http%3A%2F%2Flocalhost%3A{canonical.tenant.port}%2F")

    @pytest.mark.parametrize(("default", "host"), [(False, "127.0.0.1"), (True, "localhost")])
    def test_without_it_the_default_domain_counts(self, canonical: Application, default: bool, host: str):
        canonical.plan(default_custom_domain=default)
        assert self.mint(canonical, None).json()["ticket"].startswith(f"http://{host}:")
        assert self.mint(canonical, "127.0.0.1").json()["ticket"].startswith("http://127.0.0.1:")

    @pytest.mark.parametrize(
        ("header", "message"),
        [
            ("login.example.com", "The custom domain does not exist for the tenant."),
            ("localhost:1", "The custom domain does not exist for the tenant."),
            ("http://localhost", "The auth0-custom-domain HTTP header has an invalid format."),
            ("", "The auth0-custom-domain HTTP header has an invalid format."),
        ],
    )
    def test_headers_that_name_nothing(self, canonical: Application, header: str, message: str):
        reply = self.mint(canonical, header)
        assert (reply.status_code, reply.json()["message"]) == (400, message)


def test_a_user_update_looks_at_the_header_too(canonical: Application):
    url = f"{canonical.tenant.base_url}/api/v2/users/{BOB}"
    canonical.tenant.seed(seed_with_scopes("update:users"))
    headers = {"Authorization": f"Bearer {canonical.management_token}", "auth0-custom-domain": "login.example.com"}
    reply = requests.patch(url, json={"name": "Robert"}, headers=headers, timeout=5)
    assert (reply.status_code, reply.json()["message"]) == (400, "The custom domain does not exist for the tenant.")


def test_a_mail_stays_on_the_host_it_was_asked_for_at(canonical: Application, custom: Application, browser: Browser):
    for app in (canonical, custom):
        browser.get(app.authorize_url())
        browser.click("Forgot password?")
        browser.submit("Continue", email="bob@example.com")
        body = {"client_id": LOGIN[0], "email": "bob@example.com", "connection": "Username-Password-Authentication"}
        requests.post(f"{app.tenant.base_url}/dbconnections/change_password", json=body, timeout=5)
    hosts = [mail["links"][0].split("/u/")[0] for mail in reversed(canonical.tenant.mails())]
    assert hosts == [canonical.tenant.base_url] * 2 + [custom.tenant.base_url] * 2


def test_an_expired_page_names_the_host_used(canonical: Application, custom: Application, browser: Browser):
    browser.get(custom.authorize_url())
    canonical.tenant.advance(3_600)
    browser.submit("Continue", username="alice@example.com", password="Quiet-Harbour-42!")
    assert browser.page.url.endswith(f"?iss=http%3A%2F%2Flocalhost%3A{custom.tenant.port}%2F")


def test_without_one_localhost_is_only_another_name(tenant: LocalTenant):
    document = requests.get(f"http://localhost:{tenant.port}/.well-known/openid-configuration", timeout=5).json()
    assert document["issuer"] == f"{tenant.base_url}/"


def test_the_option_and_the_state_file(tmp_path: Path):
    state = tmp_path / "state.json"
    LocalTenant.start(state=state).stop()
    command = [sys.executable, "-m", "demo_site.tenant", "--port", "0", "--state", str(state)]
    with subprocess.Popen(
        [*command, "--custom-domain", "localhost"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout
        port = run.stdout.readline().strip().rstrip("/").rsplit(":", 1)[1]
        try:
            document = requests.get(f"http://localhost:{port}/.well-known/openid-configuration", timeout=5).json()
        finally:
            run.terminate()
    assert document["issuer"] == f"http://localhost:{port}/"
    with LocalTenant.start(state=state, port=int(port)) as tenant:
        document = requests.get(f"http://localhost:{port}/.well-known/openid-configuration", timeout=5).json()
        assert document["issuer"] == f"http://localhost:{tenant.port}/"


@pytest.mark.parametrize("name", ["login.example.com", "localhost.example.com", "127.0.0.2", "LOCALHOST"])
def test_only_loopback_names(name: str):
    command = [sys.executable, "-m", "demo_site.tenant", "--port", "0", "--custom-domain", name]
    refused = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert refused.returncode == 2
    assert "custom_domain: must be localhost" in refused.stderr
