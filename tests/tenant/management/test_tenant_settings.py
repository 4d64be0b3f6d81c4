"""GET and PATCH /tenants/settings, and what they change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.support.tenant import LocalTenant
from tests.tenant.application import BOB, RIVERSIDE, SITE, Application, change_password
from tests.tenant.steering import steer

if TYPE_CHECKING:
    from pathlib import Path

    from auth0.management import Auth0

    from tests.support.browser import Browser


def test_flags_are_merged_and_the_rest_replaced(app: Application):
    before = app.api("GET", "tenants/settings").json()
    body = {"flags": {"revoke_refresh_token_grant": True}, "enabled_locales": ["de"], "friendly_name": "Northwind"}
    after = app.api("PATCH", "tenants/settings", json=body).json()
    assert after == {**before, **body, "flags": {**before["flags"], "revoke_refresh_token_grant": True}}
    assert app.api("GET", "tenants/settings?fields=flags").json() == {"flags": after["flags"]}
    assert app.api("PATCH", "tenants/settings", json={"friendly_name": None}).json()["friendly_name"] == "Local tenant"


@pytest.mark.parametrize(
    "body", [{"colour": "red"}, {"flags": []}, {"default_redirection_uri": "http://site.example/login"}]
)
def test_bodies_that_are_refused(app: Application, body: dict[str, Any]):
    assert app.api("PATCH", "tenants/settings", json=body).status_code == 400


def test_logout_without_a_client(app: Application, browser: Browser):
    """The tenant's list, not the application's."""
    url = f"{app.tenant.base_url}/v2/logout?returnTo={SITE}/instructions/"
    assert browser.get(url).status == 400
    app.api("PATCH", "tenants/settings", json={"allowed_logout_urls": [f"{SITE}/instructions/"]})
    assert browser.get(url).url == f"{SITE}/instructions/"


def test_the_default_login_route(app: Application, browser: Browser):
    """Where the link names no application."""
    change_password(browser, app.ticket(BOB), "Brand-New-Start-7!")
    assert browser.page.links == [] or f"{SITE}/login/" not in str(browser.page.links)
    app.api("PATCH", "tenants/settings", json={"default_redirection_uri": f"{SITE}/login/"})
    change_password(browser, app.ticket(BOB), "Brand-New-Start-8!")
    assert f"{SITE}/login/?iss=" in str(browser.page.links)


def test_names_of_organizations(app: Application, browser: Browser):
    app.api("PATCH", "tenants/settings", json={"allow_organization_name_in_authentication_api": True})
    assert app.claims(app.sign_in(browser, organization="riverside-library"))["org_id"] == RIVERSIDE


def test_by_the_seed(app: Application, tenant: LocalTenant, seed: dict[str, Any], browser: Browser):
    tenant.seed(seed | {"tenant_settings": {"allowed_logout_urls": [f"{SITE}/instructions/"]}})
    assert browser.get(f"{tenant.base_url}/v2/logout?returnTo={SITE}/instructions/").url == f"{SITE}/instructions/"
    assert steer(tenant, "seed", {"tenant_settings": {"colour": "red"}}).status_code == 400


def test_kept_over_a_restart(tmp_path: Path, seed: dict[str, Any]):
    state = tmp_path / "state.json"
    with LocalTenant.start(seed, state=state) as tenant:
        Application(tenant).api("PATCH", "tenants/settings", json={"friendly_name": "Northwind"})
    with LocalTenant.start(seed, state=state) as tenant:
        assert Application(tenant).api("GET", "tenants/settings").json()["friendly_name"] == "Northwind"


def test_by_the_library(auth0: Auth0):
    assert auth0.tenants.settings.update(friendly_name="Northwind", session_lifetime=24).session_lifetime == 24
    assert auth0.tenants.settings.get().friendly_name == "Northwind"
