"""What the form's flow reads before it saves, and what of it forbids that."""

from __future__ import annotations

import pytest

from auth0_password.deployment.new_password import flow_body
from demo_site.tenant.forms.conditions import holds
from demo_site.tenant.forms.variables import Scope
from tests.deployment.designs import every_action

STEPS = {step["id"]: step for step in every_action(flow_body()["actions"])}
CALM = {"needsPasswordReset": True, "passwordResetRequiredAt": "2026-01-05T08:00:00.000Z"}
REFUSED = {"statusCode": 403, "message": "Insufficient scope, expected any of: read:users"}
OVER, BREACHED = "is_over", "is_breached"


def refused_by(output):
    """The conditions that hold where this is what `GET_USER` put out."""
    scope = Scope(actions={} if output is None else {"look": output})
    return [name for name in (OVER, BREACHED) if holds(STEPS[name]["params"]["if"], scope, ())]


def test_it_comes_right_before_the_call():
    names = [*STEPS]
    before = names[names.index("look") : names.index("update_user")]
    assert before == ["look", OVER, "say_over", BREACHED, "say_breached"]
    assert [STEPS[name]["params"]["else"] for name in (OVER, BREACHED)] == [[], []]
    words = [STEPS[name]["params"]["message"] for name in ("say_over", "say_breached")]
    assert words == ["{{t('over')}}", "{{t('breached')}}"]


def test_it_may_fail_and_leaves_no_profile_behind():
    look = STEPS["look"]
    assert (look["type"], look["action"]) == ("AUTH0", "GET_USER")
    assert look["params"]["user_id"] == STEPS["update_user"]["params"]["user_id"]
    assert (look["allow_failure"], look["mask_output"]) == (True, True)


@pytest.mark.parametrize(
    "shape", [lambda user: {"status": 200, "body": user}, lambda user: user], ids=["body", "user"]
)
@pytest.mark.parametrize(
    ("copy", "refused"),
    [
        ({"needsPasswordReset": False}, [OVER]),
        (CALM | {"needsPasswordReset": False}, [OVER]),
        (CALM | {"passwordResetReason": "breach"}, [BREACHED]),
        ({"needsPasswordReset": False, "passwordResetReason": "breach"}, [OVER, BREACHED]),
        (CALM, []),
        (CALM | {"passwordResetReason": None}, []),
        ({"needsPasswordReset": None}, []),
        ({}, []),
    ],
)
def test_what_forbids(shape, copy, refused):
    """In either of the shapes that its output may have."""
    assert refused_by(shape({"user_id": "auth0|bob", "app_metadata": copy})) == refused


@pytest.mark.parametrize(
    "output",
    [None, {}, "text", {"status": 403, "body": REFUSED}, REFUSED, {"status": 200, "body": {}}, {"user": {}}],
)
def test_what_cannot_be_read_forbids_nothing(output):
    """What `GET_USER` puts out is not verified."""
    assert refused_by(output) == []


def test_false_is_compared_as_text():
    """Whether a lone variable that is false equals "false" at Auth0 is not verified: 200 equals "200" there."""
    [equal] = STEPS[OVER]["params"]["if"]["operands"]
    assert equal["operator"] == "EQ"
    assert not equal["operands"][0].startswith("{{")
    assert equal["operands"][1] == "needsPasswordReset: false"
