"""A flagged person of this project, told as a script. Prints one word per step; the test reads them."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.test import Client

from auth0_password.gateway import set_gateway
from auth0_password.models import PasswordState, ResetRequirement
from auth0_password.services import clear_reset, look, require_reset, subjects
from auth0_password.services.sessions import STAMP_KEY
from auth0_password.testing import InMemoryGateway

CANARY = "canary-8812"
MODEL, AUTH0 = "django.contrib.auth.backends.ModelBackend", "auth0_password.backends.Auth0PasswordBackend"


def say(step: str, holds: bool) -> None:
    print(step, "yes" if holds else "NO")  # noqa: T201 - the test reads it


def play() -> None:
    person, boss, gateway = people()
    browser = Client()
    browser.force_login(person, backend=AUTH0)
    say("stamped", STAMP_KEY in browser.session)
    say("open", CANARY in browser.get("/page/").content.decode())
    [requirement] = require_reset(get_user_model().objects.filter(card="17"), reason="breach", by=boss)
    say("raised", requirement.status == "open" and requirement.by_label == "card 1")
    pages(browser, person)
    the_admin(boss)
    say("cleared", clear_reset(person, by=boss) == 1)
    say("open again", CANARY in browser.get("/page/").content.decode())
    require_reset(person, reason="policy")
    gateway.change_password("auth0|17")
    say("read", look(person).changed_at is not None)
    person.delete()
    say("gone", not PasswordState.objects.exists() and not ResetRequirement.objects.exists())


def people():
    users, gateway = get_user_model().objects, InMemoryGateway()
    set_gateway(gateway)
    person, boss = users.create_user("17"), users.create_user("1", is_superuser=True, is_staff=True)
    gateway.add("auth0|17")
    say("bound", subjects.bind(person, gateway.read_user("auth0|17")).pk == person.pk)
    return person, boss, gateway


def pages(browser: Client, person) -> None:
    answer = browser.get("/page/")
    say("blocked", answer.status_code == 303 and answer.url == "/account/required/?next=/page/")
    page = browser.get(answer.url)
    say("page", page.status_code == 200 and "card 17" in page.content.decode())
    problem = browser.get("/page/", headers={"accept": "application/json"})
    say("problem", problem.status_code == 403 and problem.json()["code"] == "password_reset_required")
    other = Client()
    other.force_login(person, backend=MODEL)
    say("other backend", other.get("/page/").status_code == 303)


def the_admin(boss) -> None:
    browser = Client()
    browser.force_login(boss, backend=MODEL)
    for name in ("passwordstate", "resetrequirement"):
        for query in ("", "?q=17"):
            say(f"admin {name}{query}", browser.get(f"/admin/auth0_password/{name}/{query}").status_code == 200)


play()
