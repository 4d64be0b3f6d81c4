"""What the deploy CLI imports, as it is in a bundle: names replaced by ids, and then it runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.tenant.application import Application, callback

if TYPE_CHECKING:
    from tests.support.browser import Browser
    from tests.tenant.forms.designing import Designer

BUNDLE = Path(__file__).parents[1] / "clients" / "bundle"


def resolved(folder: str, **ids: str) -> dict[str, Any]:
    """The only document of its kind, names in it replaced as the CLI does."""
    (path,) = (BUNDLE / folder).glob("*.json")
    text = path.read_text(encoding="utf-8")
    for name, found in ids.items():
        before = json.loads(text)
        text = json.dumps(_replaced(before, name, found))
    return dict(json.loads(text))


def _replaced(value: Any, name: str, found: str) -> Any:
    if isinstance(value, dict):
        return {key: found if key == name else _replaced(item, name, found) for key, item in value.items()}
    return [_replaced(item, name, found) for item in value] if isinstance(value, list) else value


def test_its_form_sets_a_password(app: Application, designer: Designer, browser: Browser):
    flow = designer.flow(*resolved("flows", connection_id=designer.vault())["actions"])
    body = resolved("forms", flow_id=flow)
    reply = app.api("POST", "forms", json=body)
    assert reply.status_code == 201, reply.text
    designer.render(reply.json()["id"], options="{}", then="")
    app.send(browser)
    before = app.tenant.user("alice@example.com")["last_password_reset"]
    browser.submit("Save", **{"fields.new_password": "short"})
    assert "At least 12 characters are required" in browser.page.visible_text
    browser.submit("Save", **{"fields.new_password": "Brand-New-Start-7!"})
    assert callback(browser)["code"]
    assert app.tenant.user("alice@example.com")["last_password_reset"] > before
