"""--tls: https for clients that ask nothing else, with a certificate that is of use to nobody after this run."""

from __future__ import annotations

import socket
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import requests

from tests.support.browser import Browser
from tests.support.tenant import ROOT, LocalTenant, demo_seed
from tests.tenant.application import CALLBACK, SITE, Application

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DISCOVERY = ".well-known/openid-configuration"


@pytest.fixture(scope="module")
def secure() -> Iterator[LocalTenant]:
    with LocalTenant.start(demo_seed(SITE) | {"custom_domain": "localhost"}, tls=True) as tenant:
        yield tenant
    assert not tenant.errors, "".join(tenant.errors)


@pytest.fixture
def trust(secure: LocalTenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(secure.ca_file))


@pytest.mark.usefixtures("trust")
class TestTrusted:
    def test_a_sign_in(self, secure: LocalTenant):
        """Every address is https, the issuer too (which ``claims`` compares)."""
        app, browser = Application(secure), Browser(stop_at=SITE)
        assert app.claims(app.sign_in(browser))["iss"] == f"https://{secure.domain}/"
        urls = list(requests.get(f"{secure.base_url}/{DISCOVERY}", timeout=5).json().values())
        assert {url.partition(":")[0] for url in urls if isinstance(url, str)} == {"https"}

    def test_cookies_are_for_https_only(self, secure: LocalTenant):
        app, browser = Application(secure), Browser(stop_at=SITE)
        app.sign_in(browser)
        assert browser.page.url.startswith(CALLBACK)
        assert {cookie.secure for cookie in browser.session.cookies} == {True}

    def test_by_the_custom_domain(self, secure: LocalTenant):
        base = f"https://localhost:{secure.port}"
        assert requests.get(f"{base}/{DISCOVERY}", timeout=5).json()["issuer"] == f"{base}/"

    def test_links_are_https(self, secure: LocalTenant):
        assert Application(secure).ticket().startswith(secure.base_url)

    def test_who_says_nothing_holds_up_nobody(self, secure: LocalTenant):
        with socket.create_connection(("127.0.0.1", secure.port)):
            assert requests.get(f"{secure.base_url}/{DISCOVERY}", timeout=5).status_code == 200


class TestNotTrusted:
    def test_without_the_file(self, secure: LocalTenant, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.delenv("REQUESTS_CA_BUNDLE", raising=False)
        with pytest.raises(requests.exceptions.SSLError):
            requests.get(f"{secure.base_url}/{DISCOVERY}", timeout=5)

    def test_over_plain_http(self, secure: LocalTenant):
        with pytest.raises(requests.ConnectionError):
            requests.get(f"http://{secure.domain}/{DISCOVERY}", timeout=5)
        assert secure.health()["status"] == "ok"


def test_another_one_at_every_start(tmp_path: Path):
    """Beside the state file, where there is one; no key is written."""
    state = tmp_path / "state.json"
    written = []
    for _time in range(2):
        with LocalTenant.start(state=state, tls=True) as tenant:
            assert tenant.ca_file == tmp_path / "state.json.ca.pem"
            assert sorted(path.name for path in tmp_path.iterdir()) == ["state.json", "state.json.ca.pem"]
            written.append(tenant.ca_file.read_text())
    assert written[0] != written[1]
    assert all(text.startswith("-----BEGIN CERTIFICATE-----") and "PRIVATE KEY" not in text for text in written)


def test_without_trustme_it_says_what_to_install():
    hide = "import sys, runpy; sys.modules['trustme'] = None; sys.argv = ['tenant', '--port', '0', '--tls'];"
    command = [sys.executable, "-c", f"{hide} runpy.run_module('demo_site.tenant', run_name='__main__')"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, ended.stderr) == (2, "local tenant: --tls needs trustme: pip install trustme\n")


@pytest.mark.parametrize("options", [{}, {"tls": True}], ids=["http", "https"])
def test_nothing_listens_at_other_addresses(options: dict[str, Any]):
    """127.0.0.2 is this machine too, and would answer if the tenant listened everywhere."""
    with LocalTenant.start(**options) as tenant:
        socket.create_connection(("127.0.0.1", tenant.port), 5).close()
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", tenant.port), 5)
