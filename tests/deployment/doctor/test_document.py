"""The document names each check by its id, and no other."""

from __future__ import annotations

import re
from pathlib import Path

from auth0_password.deployment.doctor import AREAS, CHECKS, Level

PAGE = (Path(__file__).parents[3] / "docs" / "doctor.md").read_text(encoding="utf-8")


def test_ids():
    known = {check.id for check in CHECKS}
    named = re.findall(rf"`((?:{'|'.join(AREAS)})\.\w+)`", PAGE)
    assert set(named) == known


def test_levels_and_areas():
    assert [level for level in Level if f"\n| `{level}` | " not in PAGE] == []
    assert re.findall(r"^### (.*)$", PAGE, re.MULTILINE) == list(AREAS.values())
