"""The documents name what there is."""

from __future__ import annotations

import re
from pathlib import Path

from django.dispatch import Signal

from auth0_password import checks, services, signals, urls
from auth0_password.conf import KEYS
from auth0_password.models import Reason

SIGNALS = [name for name, value in vars(signals).items() if isinstance(value, Signal)]
ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")


def test_every_setting_address_verb_signal_reason_and_check_is_in_the_reference():
    wanted = [f"`{key}`" for key in KEYS]
    wanted += [f"`{pattern.name}` | `{pattern.pattern}`" for pattern in urls.urlpatterns]
    wanted += [f"`{verb}(" for verb in services.__all__]
    wanted += [f"`{reason}`" for reason in Reason.values]
    wanted += [f"`{name}`" for name in SIGNALS]
    wanted += [
        f"`{found}`" for found in re.findall(r'id="(auth0_password\.[EW]\d+)"', Path(checks.__file__).read_text())
    ]
    assert [one for one in wanted if one not in REFERENCE] == []


def test_the_checks_own_list_is_complete():
    ids = set(re.findall(r'id="auth0_password\.([EW]\d+)"', Path(checks.__file__).read_text()))
    assert ids == set(re.findall(r"\b([EW]\d{3}) ", checks.__doc__))


def test_links_and_pictures_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_signals_list_their_events():
    assert SIGNALS
    for name in SIGNALS:
        assert f"\n{name}(" in (signals.__doc__ or "")
