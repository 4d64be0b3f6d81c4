"""Every step of every flow that calls Auth0: how it begins, what is done, and where it ends when all is well."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.db import connections

from auth0_password.services import connections as connection_service
from auth0_password.services import look, mirror, reconcile, require_reset
from tests.faults.misbehaviour import (
    EXCHANGE,
    EXCHANGE_AFTER_TOKEN,
    KEYS,
    MAIL,
    OPTIONS,
    READ,
    READ_ON_COMING_BACK,
    TICKET,
    TOKEN,
    TOKEN_AFTER_EXCHANGE,
    WRITE,
    Call,
)
from tests.faults.scene import Scene
from tests.stories.people import type_password
from tests.support.browser import Browser

HELD, HOSTED, MAILED = "Choose a new password", "Change your password", "Check your mail"


@dataclass(frozen=True)
class Step:
    """`begin` is done while all is well, `do` while Auth0 misbehaves, and once more (or `again`) when it is back; that
    ends at `ends_at`, by person. `takes_time`: a while after it began. `at_auth0` makes what there is besides,
    at Auth0. `changed`: the site knows of a new password."""

    name: str
    calls: dict[str, tuple[Call, ...]]
    do: Callable[[Scene], None]
    ends_at: dict[str, str]
    begin: Callable[[Scene], None] | None = None
    at_auth0: Callable[[Scene], None] | None = None
    again: Callable[[Scene], None] | None = None
    takes_time: bool = False
    signs_in: bool = True
    requires: bool = False
    changed: bool = False
    asks_for_mail: bool = False


def sign_in(scene: Scene) -> None:
    scene.sign_in()


def sign_in_elsewhere(scene: Scene) -> None:
    """In another browser; from now on that is the one."""
    scene.browser = Browser()
    scene.sign_in()


def be_hinted_at(scene: Scene) -> None:
    """Signed in twice: the second time was a hint, so that the next one reads."""
    scene.sign_in()
    scene.sign_in(browser=Browser())


def be_on_the_profile(scene: Scene) -> None:
    scene.sign_in(f"{scene.site}/account/")


def wait_for_a_mail(scene: Scene) -> None:
    scene.sign_in(f"{scene.site}/account/" if scene.who == "Alice" else "")
    scene.browser.submit("Send a link")
    assert scene.browser.page.h1 == MAILED


def press(*buttons: str) -> Callable[[Scene], None]:
    """Press the first of these buttons that is there."""

    def pressed(scene: Scene) -> None:
        here = {text for form in scene.browser.page.forms for text in form.button_texts}
        scene.browser.submit(next(button for button in buttons if button in here))

    return pressed


def sign_in_again(scene: Scene) -> None:
    """Re-authentication, from the button to the hosted page."""
    scene.browser.submit(form="/change/sign-in-again/")
    if scene.browser.page.url.startswith(f"{scene.tenant.base_url}/u/login"):
        type_password(scene.browser, scene.address, scene.password)


def poll(scene: Scene) -> None:
    """What the page that waits does by itself, from time to time."""
    other = Browser(session=scene.browser.session)
    other.get(f"{scene.site}/account/status/")
    scene.told = {None: "the page goes on waiting"}[json.loads(other.page.text)["next"]]


def forget(scene: Scene) -> None:
    scene.browser.get(f"{scene.site}/account/forgot/")
    scene.browser.submit(email=scene.address)
    Browser(session=scene.browser.session).get(f"{scene.site}/account/forgot/")  # answered when the mail was asked for


def see(path: str) -> Callable[[Scene], None]:
    def seen(scene: Scene) -> None:
        connection_service._failed.clear()
        scene.browser.get(f"{scene.site}{path}")

    return seen


def be_required(scene: Scene) -> None:
    scene.sign_in()
    require_reset(get_user_model().objects.get(email=scene.address), reason="administrator")


def in_background(run: Callable[[], None]) -> None:
    """In a process without anybody in front of it."""

    def ran() -> None:
        run()
        connections.close_all()

    worker = threading.Thread(target=ran)
    worker.start()
    worker.join()


def work(scene: Scene, kind: str = "mirror", well: str = "written") -> None:
    """What is due."""
    counts = {}
    in_background(lambda: counts.update(reconcile([kind])))
    done = counts[kind]
    words = {well: done.done, "due again": done.failed, "given up": done.off, "left": done.left - done.failed}
    scene.told = ", ".join(word for word, count in words.items() if count > 0)
    scene.browser.get(scene.loans)


def work_later(scene: Scene) -> None:
    """Where the copy was given up, something has to happen first: another read, or the scope."""
    look(get_user_model().objects.get(email=scene.address))
    mirror.try_one_again()
    scene.later()
    work(scene)


BOTH = ("Bob", "Alice")
STEPS = [
    Step(
        "First sign-in",
        {"Bob": (EXCHANGE, KEYS, TOKEN_AFTER_EXCHANGE, READ), "Alice": (EXCHANGE, READ)},
        sign_in,
        {"Bob": HELD, "Alice": "My loans"},
    ),
    Step(
        "Sign-in of somebody known",
        dict.fromkeys(BOTH, (EXCHANGE, READ)),
        sign_in_elsewhere,
        {"Bob": HELD, "Alice": "My loans"},
        begin=be_hinted_at,
        again=sign_in,
    ),
    Step(
        "“Check now”",
        {"Bob": (TOKEN, READ), "Alice": (READ,)},
        press("I have changed it: check now"),
        {"Bob": HELD, "Alice": "Your account"},
        begin=wait_for_a_mail,
        takes_time=True,
    ),
    Step(
        "Waiting for a change",
        dict.fromkeys(BOTH, (READ,)),
        poll,
        {"Bob": MAILED, "Alice": MAILED},
        begin=wait_for_a_mail,
        takes_time=True,
    ),
    Step(
        "“Choose a new password”, right after signing in",
        {"Bob": (TOKEN, READ, TICKET)},
        press(HELD),
        {"Bob": HOSTED},
        begin=sign_in,
    ),
    Step(
        "Signing in again to choose a new password",
        dict.fromkeys(BOTH, (READ, EXCHANGE_AFTER_TOKEN, READ_ON_COMING_BACK, TICKET)),
        sign_in_again,
        {"Bob": HOSTED, "Alice": HOSTED},
        begin=be_on_the_profile,
    ),
    Step(
        "Link by e-mail",
        dict.fromkeys(BOTH, (READ, OPTIONS, MAIL)),
        press("Send a link", "Send another link"),
        {"Bob": MAILED, "Alice": MAILED},
        begin=be_on_the_profile,
        asks_for_mail=True,
    ),
    Step(
        "Link for somebody who is not signed in",
        {"Bob": (OPTIONS, MAIL)},
        forget,
        {"Bob": MAILED},
        signs_in=False,
        asks_for_mail=True,
    ),
    Step(
        "The page “Choose a new password”",
        {"Bob": (OPTIONS,)},
        see("/account/required/"),
        {"Bob": HELD},
        begin=sign_in,
    ),
    Step("The profile", {"Alice": (OPTIONS,)}, see("/account/"), {"Alice": "Your account"}, begin=sign_in),
    Step(
        "Grace requires it, and the flag is copied to the tenant",
        {"Alice": (READ, WRITE)},
        work,
        {"Alice": HELD},
        begin=be_required,
        again=work_later,
        requires=True,
    ),
]
