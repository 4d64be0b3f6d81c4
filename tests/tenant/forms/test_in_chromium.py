"""Forms in a real browser: how they look, by phone and in the dark, and that they need no scripts."""

from __future__ import annotations

from http.server import ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING

import pytest

from tests.browser.inspection import inspect
from tests.browser.person import PHONE, Person
from tests.support.tenant import LocalTenant
from tests.tenant.actions.deploying import Deployer
from tests.tenant.application import PASSWORDS, Application
from tests.tenant.forms.conftest import SCOPES
from tests.tenant.forms.designing import Designer, button, field, step, text
from tests.tenant.steering import seed_with_scopes
from tests.tenant.test_in_chromium import Site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser as Chromium

pytestmark = pytest.mark.browser
BOBS = "bob@example.com"


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Site) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_address[1]}"
        server.shutdown()


@pytest.fixture
def designer(site: str) -> Iterator[Designer]:
    seed = seed_with_scopes(*SCOPES)
    seed["clients"][0]["callbacks"].append(f"{site}/callback/")
    with LocalTenant.start(seed) as tenant:
        yield Designer(Deployer(Application(tenant)))


@pytest.fixture
def person(chromium: Chromium, request: pytest.FixtureRequest) -> Iterator[Person]:
    scripts = getattr(request, "param", True)
    context = chromium.new_context(viewport=PHONE, java_script_enabled=scripts)
    yield Person(context, "form")
    context.close()


@pytest.fixture
def arrive(site: str, designer: Designer, person: Person) -> Callable[[], None]:
    """Bob, as far as the form."""

    def through_the_login() -> None:
        person.page.goto(designer.deployer.app.authorize_url(redirect_uri=f"{site}/callback/"))
        person.sign_in(BOBS, PASSWORDS[BOBS])

    return through_the_login


def choose(person: Person, password: str) -> None:
    page = person.page
    page.get_by_label("New password").fill(password)
    page.get_by_label("Once more").fill(password)
    page.get_by_label("I will not share it.").check()
    person.press("Save")


def test_how_it_looks(designer: Designer, person: Person, arrive: Callable[[], None]):
    designer.render(designer.new_password())
    arrive()
    inspect(person, "tenant-form", turned=False)
    choose(person, "short")
    person.page.get_by_text("Password is too weak").wait_for()
    inspect(person, "tenant-form-refused", turned=False)
    assert person.complaints == []


def test_every_component(designer: Designer, person: Person, arrive: Callable[[], None]):
    kinds = ["TEXT", "EMAIL", "TEL", "URL", "NUMBER", "DATE", "BOOLEAN"]
    fields = [field(kind.lower(), kind, label=kind.title(), required=False) for kind in kinds]
    hinted = field("long", label="A longer answer", multiline=True, placeholder="As long as you like")
    line = {"id": "line", "category": "BLOCK", "type": "DIVIDER", "config": {"text": "and"}}
    rule = {"id": "rule", "category": "BLOCK", "type": "DIVIDER", "config": {}}
    back = button("Back", "PREVIOUS_BUTTON")
    one = step(
        "one",
        text("<h1>All</h1><p>There is.</p>"),
        *fields,
        line,
        {**hinted, "hint": "Here."},
        rule,
        button("Go"),
        back,
    )
    designer.render(designer.form(one), options="{}")
    arrive()
    inspect(person, "tenant-form-components", turned=False)
    person.page.get_by_label("A longer answer").fill(" ")
    person.press("Go")
    person.page.get_by_text("This field is required").wait_for()
    inspect(person, "tenant-form-mistakes", turned=False)
    assert person.complaints == []


@pytest.mark.parametrize("person", [False], indirect=True, ids=["no scripts"])
def test_the_whole_way_without_scripts(designer: Designer, person: Person, arrive: Callable[[], None]):
    designer.render(designer.new_password())
    arrive()
    choose(person, "short")
    choose(person, "Brand-New-Start-7!")
    person.page.wait_for_url("**/callback/?code=*")


def test_the_enter_key_sends_it(designer: Designer, person: Person, arrive: Callable[[], None]):
    designer.render(designer.new_password())
    arrive()
    page = person.page
    page.get_by_label("I will not share it.").check()
    page.get_by_label("New password").fill("Brand-New-Start-7!")
    page.get_by_label("Once more").fill("Brand-New-Start-7!")
    page.keyboard.press("Enter")
    page.wait_for_url("**/callback/?code=*")


def test_the_browsers_way_back(designer: Designer, person: Person, arrive: Callable[[], None]):
    first = step("one", text("<h2>One</h2>"), field("a", label="First"), button("Go"), then="two")
    designer.render(designer.form(first, step("two", text("<h2>Two</h2>"), button("Done"))), options="{}", then="")
    arrive()
    page = person.page
    page.get_by_label("First").fill("x")
    person.press("Go")
    page.get_by_text("Two").wait_for()
    page.go_back()
    person.press("Done")  # both are one address: the newest is shown
    page.wait_for_url("**/callback/?code=*")
