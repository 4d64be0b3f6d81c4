"""Examples in the documents, as they stand there. Those of `your-tests.md` are tests themselves, and run here."""

from __future__ import annotations

import json

import pytest
from django.template import Context, Engine
from django.test import RequestFactory

from auth0_password.services.waiting import ChangeAsked
from tests.stories.people import BOB, TEMPORARY, sign_in
from tests.support.documents import block

for place in range(2):
    exec(compile(block("your-tests", "python", place), "docs/your-tests.md", "exec"))  # noqa: S102 - our own page


@pytest.mark.story
def test_the_json_has_these_members(site, browser):
    sign_in(browser, f"{site}/loans/", BOB, TEMPORARY)
    json_only = {"Accept": "application/json"}
    for path, place in (("loans/", 0), ("account/status/", 1)):
        answer, example = (
            browser.session.get(f"{site}/{path}", headers=json_only, timeout=5),
            json.loads(block("reference", "json", place)),
        )
        assert answer.json().keys() == example.keys()
        same = {"type", "title", "status", "detail", "code", "state", "next"} & example.keys()
        assert {name: answer.json()[name] for name in same} == {name: example[name] for name in same}
    assert {*answer.json()["ways"][0]} == {*example["ways"][0]}


def test_a_layout_of_your_own_keeps_what_the_pages_need():
    """Put the page that waits, which uses most blocks, into the layout that the page on templates shows."""
    layout = (
        "<title>{% block title %}{% endblock %}</title>{% block styles %}{% endblock %}{% block main %}{% endblock %}"
    )
    ours = {"layout.html": layout, "auth0_password/base.html": block("templates", "django")}
    engine = Engine(
        loaders=[
            ("django.template.loaders.locmem.Loader", ours),
            ("django.template.loaders.app_directories.Loader"),
        ],
        libraries={"i18n": "django.templatetags.i18n", "static": "django.templatetags.static",
                   "auth0_password": "auth0_password.templatetags.auth0_password"},
    )  # fmt: skip
    request = RequestFactory().get("/account/waiting/")
    asked = ChangeAsked.now("tab", "/loans/")
    page = engine.get_template("auth0_password/waiting.html").render(
        Context({"request": request, "asked": asked, "by_itself": True})
    )
    for wanted in (
        "<title>Choose the new password<",
        "account.css",
        'http-equiv="refresh"',
        "<h1>",
        "Go back",
        "waiting.js",
    ):
        assert wanted in page
