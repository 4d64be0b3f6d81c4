"""A tenant spoiled in many ways: each is named, alone and among all the others."""

from __future__ import annotations

import pytest

from auth0_password.deployment.doctor import AREAS
from tests.deployment.doctor.spoils import SPOILS, TOGETHER

FOLLOWS = {"login_client.exists": ["connection.enabled"]}
"""What cannot be right either."""


def id_of(name: str) -> str:
    return name.partition(":")[0]


@pytest.mark.parametrize("name", SPOILS)
def test_it_is_named_and_nothing_else(ward, monkeypatch, name):
    SPOILS[name](ward, monkeypatch)
    bad = [one for one in ward.findings().values() if one["level"] in {"warning", "error"}]
    assert [one["id"] for one in bad] == [id_of(name), *FOLLOWS.get(name, [])]
    assert all(one["do"] for one in bad)


def test_all_together_are_named(ward, monkeypatch):
    for name in TOGETHER:
        SPOILS[name](ward, monkeypatch)
    wanted = {id_of(name) for name in TOGETHER}
    assert len(wanted) >= 20
    assert wanted - ward.bad().keys() == set()
    text = ward.text()
    assert all(title in text for title in AREAS.values())
