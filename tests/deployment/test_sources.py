"""A shipped Action with the site's values in it, and what can be read of it again."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auth0_password.deployment import sources
from auth0_password.deployment.sources import TRIGGERS, action_code, config_of, fingerprint, source_of, version_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda value: st.lists(value) | st.dictionaries(st.text(), value),
)


@pytest.mark.parametrize("trigger", TRIGGERS)
@given(config=st.dictionaries(st.text(), JSON, max_size=5))
def test_values_go_in_and_come_out(trigger, config):
    """Whatever they are, "};" in a text too."""
    code = action_code(trigger, config)
    assert config_of(code) == json.loads(json.dumps(config))
    assert version_of(code) == version_of(source_of(trigger)) is not None


@pytest.mark.parametrize("trigger", TRIGGERS)
def test_the_header_names_its_trigger(trigger):
    assert sources.HEADER.search(source_of(trigger))["trigger"] == trigger


@pytest.mark.parametrize("code", ["", "exports.onExecutePostLogin = async () => {};", "// auth0-password: post-login"])
def test_other_peoples_code_is_not_ours(code):
    assert version_of(code) is None
    assert config_of(code) is None


@pytest.mark.parametrize("written", ["{ clients: [] }", "[]", '{"a": 1'])
def test_values_that_somebody_has_edited(written):
    assert config_of(f"const CONFIG = {written};") is None


def test_a_file_without_its_place_for_values(monkeypatch):
    monkeypatch.setattr(sources, "source_of", lambda _trigger: "const CONFIG = { };")
    with pytest.raises(ValueError, match="must have one line"):
        action_code("post-login", {})


def test_a_fingerprint_tells_secrets_apart_and_is_no_secret():
    assert fingerprint("one") == fingerprint("one") != fingerprint("two")
    assert len(fingerprint("one")) == 16
