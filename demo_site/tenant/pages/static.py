"""The one stylesheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

if TYPE_CHECKING:
    from typing import Final

STYLESHEET: Final = Path(__file__).resolve().parents[1] / "static" / "tenant.css"


@require_GET
def stylesheet(_request: HttpRequest) -> HttpResponse:
    content = STYLESHEET.read_text(encoding="utf-8")
    return HttpResponse(content, content_type="text/css; charset=utf-8", headers={"Cache-Control": "no-cache"})
