"""A tenant that is well set up."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("mode", ["site", "deny", "mail", "form"])
def test_there_is_nothing_to_warn_of(ward, mode):
    ward.deployed(FORCE_AT=mode)
    assert ward.bad() == {}
    assert ward.status == 0
    assert ward.findings()["actions.force_at"]["what"] == f"site and Action agree: {mode}"
