"""The demonstration's own pages, and the local tenant's."""

from __future__ import annotations

import pytest

from tests.browser.inspection import inspect
from tests.browser.test_account_pages import by_code
from tests.stories.people import ALICE, ALICES, BOB, DAVE, DAVES, NEW, TEMPORARY, newest_link


def examine(person, name):
    """What is never translated need not be read from the right."""
    inspect(person, name, turned=False)


def test_the_library(site, tenant, anyone, settings):
    anyone.page.goto(f"{site}/")
    examine(anyone, "home")
    settings.DEMO_LOCAL_TENANT = False
    anyone.page.reload()
    examine(anyone, "home-real-tenant")
    anyone.arrive(f"{site}/loans/?sort=due", ALICE, ALICES)
    examine(anyone, "loans")


@pytest.fixture
def at_sign_in(site, tenant, anyone):
    anyone.page.goto(f"{site}/loans/")
    anyone.press("Sign in")
    assert anyone.h1 == "Welcome"
    return anyone


def test_the_tenants_sign_in(site, tenant, at_sign_in):
    examine(at_sign_in, "tenant-sign-in")
    at_sign_in.sign_in(ALICE, "not-hers")
    assert "Wrong email or password" in at_sign_in.text
    examine(at_sign_in, "tenant-sign-in-refused")
    at_sign_in.press("Continue with Google (stand-in)")
    examine(at_sign_in, "tenant-google")


def test_the_tenants_forgotten_password(site, tenant, at_sign_in):
    at_sign_in.page.goto(f"{tenant.base_url}/inbox")
    examine(at_sign_in, "tenant-inbox-empty")
    at_sign_in.page.go_back()
    at_sign_in.follow("Forgot password?")
    examine(at_sign_in, "tenant-forgot")
    at_sign_in.page.locator("input[name=email]").evaluate("field => { field.type = 'text'; field.required = false }")
    at_sign_in.press("Continue")
    assert at_sign_in.page.get_by_role("alert").is_visible()
    examine(at_sign_in, "tenant-forgot-error")
    at_sign_in.fill(email=DAVE)
    at_sign_in.press("Continue")
    assert at_sign_in.h1 == "Check your email"
    examine(at_sign_in, "tenant-forgot-sent")
    at_sign_in.page.goto(f"{tenant.base_url}/inbox")
    examine(at_sign_in, "tenant-inbox")
    at_sign_in.page.locator("main h2 a").click()
    examine(at_sign_in, "tenant-mail")


def test_the_tenants_new_password(site, tenant, anyone):
    anyone.arrive(f"{site}/loans/", BOB, TEMPORARY)
    anyone.press("Choose a new password")
    assert anyone.h1 == "Change your password"
    examine(anyone, "tenant-change")
    link = anyone.page.url
    anyone.choose("short")
    assert anyone.page.get_by_role("alert").is_visible()
    examine(anyone, "tenant-change-refused")
    anyone.choose(NEW)
    assert anyone.h1 == "Password changed"
    examine(anyone, "tenant-changed")
    anyone.page.goto(link)
    assert anyone.h1 == "Invalid link"
    examine(anyone, "tenant-used-link")


def test_the_tenants_new_password_by_code(site, tenant, anyone, reseed):
    reseed(by_code)
    anyone.arrive(f"{site}/account/", ALICE, ALICES)
    anyone.press("Send a code")
    anyone.page.get_by_text("a••@example.com").wait_for()
    anyone.page.goto(newest_link(tenant, ALICE))
    examine(anyone, "tenant-change-code")
    anyone.fill(code="000")
    anyone.choose(NEW)
    assert anyone.page.get_by_role("alert").is_visible()
    examine(anyone, "tenant-change-wrong-code")


def test_the_tenants_second_step(site, tenant, at_sign_in):
    tenant.plan(mfa_at_login=True)
    at_sign_in.sign_in(DAVE, DAVES)
    examine(at_sign_in, "tenant-code")
    at_sign_in.fill(code="000")
    at_sign_in.press("Continue")
    assert at_sign_in.page.get_by_role("alert").is_visible()
    examine(at_sign_in, "tenant-code-refused")


def test_behind_the_tenant(site, tenant, anyone):
    for name in ("", "users"):
        anyone.page.goto(f"{tenant.base_url}/{name}")
        examine(anyone, f"tenant-{name or 'home'}")
    anyone.page.goto(f"{tenant.base_url}/nowhere")
    examine(anyone, "tenant-not-found")
    anyone.page.goto(f"{tenant.base_url}/authorize?client_id=unknown&response_type=code")
    examine(anyone, "tenant-error")


def test_a_tenants_organizations(site, tenant, anyone, reseed):
    asks = {"organization_usage": "require", "organization_require_behavior": "pre_login_prompt"}
    reseed(lambda seed: seed["clients"][0].update(asks))
    anyone.page.goto(f"{site}/loans/")
    anyone.press("Sign in")
    examine(anyone, "tenant-organization")
    anyone.fill(organizationName="nowhere")
    anyone.press("Continue")
    assert anyone.page.get_by_role("alert").is_visible()
    examine(anyone, "tenant-organization-refused")
    anyone.fill(organizationName="riverside-library")
    anyone.press("Continue")
    assert "Riverside Library" in anyone.text
    examine(anyone, "tenant-sign-in-organization")
