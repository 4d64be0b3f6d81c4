"""Steps that nobody sits in front of, because somebody has a new password."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.utils import timezone

from auth0_password.exceptions import GatewayError
from auth0_password.gateway import set_gateway
from auth0_password.models import PasswordChange, PasswordState
from auth0_password.services.log_pull import pull_logs
from auth0_password.services.sweep import sweep
from tests.faults import telephones
from tests.faults.misbehaviour import END_TOKEN, EXPORT, JOB, LIST_SESSIONS, LIST_TOKENS, LOGS
from tests.faults.scene import Scene
from tests.faults.steps import Step, in_background, work
from tests.support.tenant import demo_seed
from tests.tenant.grants.caller import Caller

NEW = "Copper-Lighthouse-73!"
AN_HOUR_AGO = -3600


class Never:
    """Nobody stops the work, and nothing has to be waited for."""

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> None:
        raise AssertionError(f"{seconds} seconds")


def be_signed_in(scene: Scene) -> None:
    scene.sign_in()


def be_known_to_have_changed(scene: Scene) -> None:
    scene.sign_in()
    state = PasswordState.objects.get(user__email=scene.address)
    PasswordChange.objects.create(
        user=state.user, subject_key=state.subject_key, changed_at=state.read_at, revoke_due_at=timezone.now()
    )


def allowed(scene: Scene) -> None:
    """The site may do all this; as the tenant was seeded otherwise."""
    seed = demo_seed(scene.site)
    telephones.allow(seed)
    seed["clients"][1]["scopes"] += ["read:logs"]
    scene.tenant.seed(seed)
    scene.tenant.plan(job_delay_s=0)
    set_gateway(None)


def have_an_app(scene: Scene) -> None:
    allowed(scene)
    scene.tenant.offset(AN_HOUR_AGO)
    scene.app = telephones.signed_in(scene.tenant, scene.address, scene.password)
    scene.tenant.offset(0)


def have_changed(scene: Scene) -> None:
    """A minute ago, and nobody told the site."""
    allowed(scene)
    PasswordState.objects.update(check_due_at=None)
    subject = scene.tenant.user(scene.address)["user_id"]
    assert Caller(scene.tenant).api("PATCH", f"users/{subject}", json={"password": NEW}).ok


def end_access(scene: Scene) -> None:
    work(scene, "revoke", "ended")
    result = PasswordChange.objects.get().revoke_result
    scene.told += ", as far as it is allowed" if "not_allowed" in result else ""


def end_access_later(scene: Scene) -> None:
    """Where it was given up only a dispute asks again."""
    PasswordChange.objects.filter(revoke_due_at=None).update(revoke_due_at=timezone.now())
    end_access(scene)
    scene.tenant.advance(5)
    assert not telephones.works(scene.tenant, scene.app)


def read_log(scene: Scene) -> None:
    found = []
    in_background(lambda: found.append(pull_logs()))
    scene.told = "due again" if found[0].failed else "given up" if found[0].off else "read"
    scene.browser.get(scene.loans)


def compare(scene: Scene) -> None:
    found = []

    def run() -> None:
        try:
            found.append(sweep(Never()))
        except GatewayError:
            found.append(None)

    in_background(run)
    scene.told = "compared" if found[0] else "to be done again"
    scene.browser.get(scene.loans)


def finds_it(do):
    """Done again, it shows that there is something to read."""

    def again(scene: Scene) -> None:
        do(scene)
        assert PasswordState.objects.get(user=get_user_model().objects.get(email=scene.address)).check_due_at

    return again


STEPS_AFTER_CHANGE = [
    Step(
        "Alice has a new password, and what goes on at Auth0 is ended",
        {"Alice": (LIST_SESSIONS, LIST_TOKENS, END_TOKEN)},
        end_access,
        {"Alice": "My loans"},
        begin=be_known_to_have_changed,
        at_auth0=have_an_app,
        again=end_access_later,
        changed=True,
    ),
    Step(
        "Alice has a new password, and the tenant's log is read",
        {"Alice": (LOGS,)},
        read_log,
        {"Alice": "My loans"},
        begin=be_signed_in,
        at_auth0=have_changed,
        again=finds_it(read_log),
    ),
    Step(
        "Alice has a new password, and all users are compared",
        {"Alice": (EXPORT, JOB)},
        compare,
        {"Alice": "My loans"},
        begin=be_signed_in,
        at_auth0=have_changed,
        again=finds_it(compare),
    ),
]
