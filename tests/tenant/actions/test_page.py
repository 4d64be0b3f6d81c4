"""/actions: for people who want to see what runs, and what it said."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.application import Application


def test_without_any(app: Application, browser: Browser):
    browser.get(f"{app.tenant.base_url}/")
    browser.click("Actions")
    assert "Nothing is bound to a trigger." in browser.page.visible_text
    assert "Nothing has run yet." in browser.page.visible_text


def test_what_runs_and_what_it_said(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("console.log('hello <b>')", TOKEN="hush")
    deployer.run("throw new Error('broken')")
    deployer.create(name="spare")
    app.sign_in(browser)
    seen = browser.get(f"{app.tenant.base_url}/actions").visible_text
    for words in ("post-login 1, then post-login 2", "hello <b>", "post-login 2: broken", "failed", "spare"):
        assert words in seen
    assert "hush" not in browser.page.text
