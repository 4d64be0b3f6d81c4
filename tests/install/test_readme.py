"""A newcomer has an empty project and the README. They install the package by its lines; then Bob comes."""

from __future__ import annotations

import re

import pytest

from tests.install.conftest import FROM_A_CHECKOUT
from tests.stories.people import BOB, NEW, TEMPORARY, choose, sign_in, type_password
from tests.support.browser import Browser
from tests.support.documents import block

pytestmark = pytest.mark.story


def ids_in(written: str) -> set[str]:
    """The checks of ours that Django's `check` named."""
    return set(re.findall(r"auth0_password\.([EW]\d+)", written))


def test_the_package_is_the_wheels(installed):
    status, written = installed.run("-c", "import auth0_password; print(auth0_password.__file__)")
    assert status == 0, written
    assert "/site-packages/auth0_password/" in written
    if FROM_A_CHECKOUT:
        assert written.startswith(installed.python.removesuffix("/bin/python"))


def test_the_lines_leave_nothing_missing(installed):
    """What remains is about the new project: its SQLite, and under `--deploy` a tenant on this machine."""
    status, written = installed.run("manage.py", "check")
    assert (status, ids_in(written)) == (0, {"W003"}), written
    status, written = installed.run("manage.py", "check", "--deploy")
    assert (status, ids_in(written)) == (1, {"W003", "E013"}), written


def test_no_migration_is_missing(installed):
    status, written = installed.run("manage.py", "makemigrations", "--check", "--dry-run")
    assert status == 0, written


def test_one_word_more_for_the_admin_of_users(installed):
    then = """
from django.core.management import call_command
call_command("check", tags=["admin"], fail_level="WARNING")
print([name for name in admin.site.get_model_admin(User).actions])
"""
    status, written = installed.run("manage.py", "shell", "-c", block("administration", "python") + then)
    assert status == 0, written
    assert "require_new_password" in written


def test_the_pages_come_with_their_looks(site):
    page = Browser().get(f"{site}/account/")
    assert page.h1 == "Sign in to go on"
    [sheet] = re.findall(r'href="([^"]+account\.css)"', page.text)
    assert "--ap-accent" in Browser().get(f"{site}{sheet}").text


def test_bobs_story(site, tenant):
    bob, elsewhere = Browser(), Browser()
    for browser in (bob, elsewhere):
        sign_in(browser, f"{site}/account/", BOB, TEMPORARY)
        assert browser.page.h1 == "Choose a new password"
    assert "temporary password" in bob.page.visible_text

    bob.submit("Choose a new password")
    assert bob.page.h1 == "Choose the new password"
    tab = Browser(page=bob.page, session=bob.session)
    tab.submit("Open the page")
    assert tab.page.url.startswith(f"{tenant.base_url}/u/reset-verify?ticket=")
    choose(tab, NEW)
    assert tab.page.h1 == "Password changed"

    bob.submit("I have changed it: check now")
    assert bob.page.h1 == "Sign in again"
    assert "Your password was changed. Sign in with the new one." in bob.page.visible_text
    bob.submit("Sign in")
    type_password(bob, BOB, NEW)
    assert (bob.page.h1, bob.page.url) == ("Your account", f"{site}/account/")

    elsewhere.get(f"{site}/account/")
    assert elsewhere.page.h1 == "Sign in again"
    elsewhere.submit("Sign in")
    type_password(elsewhere, BOB, TEMPORARY)
    assert "Wrong email or password" in elsewhere.page.visible_text
