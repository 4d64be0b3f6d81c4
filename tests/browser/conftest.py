"""People in Chromium."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings
from django.test import Client

from tests.browser.person import DESK, LOOKS, PHONE, Person
from tests.stories import conftest as stories

later, later_here, configure, reseed, noon = (
    stories.later, stories.later_here, stories.configure, stories.reseed, stories.noon,
)  # fmt: skip

# Playwright runs an event loop of its own in this thread; the database is only looked at beside it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


def pytest_collection_modifyitems(items):
    for item in items:
        if "/browser/" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture
def people(chromium) -> Iterator:
    """Make a person's browser: `people("phone", javascript=False)`. None has anything to complain about in the end:
    no script that failed, nothing that a policy forbade."""
    made: list[Person] = []

    def make(name: str = "desk", *, scheme: str = "light", javascript: bool = True) -> Person:
        viewport = PHONE if "phone" in name else DESK
        context = chromium.new_context(
            viewport=viewport, color_scheme=scheme, java_script_enabled=javascript, locale="en-GB"
        )
        context.set_default_timeout(10_000)
        made.append(Person(context, f"{name}-{scheme}"))
        return made[-1]

    yield make
    for person in made:
        person.context.close()
    assert [line for person in made for line in person.complaints] == []


@pytest.fixture(params=LOOKS)
def look(request):
    return request.param


@pytest.fixture
def person(people, look) -> Person:
    """Somebody with that look."""
    return people(**look)


@pytest.fixture
def anyone(people) -> Person:
    """Somebody whose look does not matter, for `inspect` tries them all."""
    return people()


@pytest.fixture
def known_here(site):
    """Sign somebody in at the site itself, past the tenant."""

    def enter(person: Person, user) -> None:
        client = Client()
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        name = django_settings.SESSION_COOKIE_NAME
        person.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": site}])

    return enter
