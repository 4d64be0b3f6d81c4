"""The demonstration's addresses, and careless ones: unanchored, catching all. Whatever they catch shows the canary."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import path, re_path
from django.views.decorators.csrf import csrf_exempt

from demo_site.urls import urlpatterns as demo_urls

CANARY = "brass-heron-7719"


@csrf_exempt
def canary(request, **kwargs):
    """In the body and in a header, so that HEAD shows it too."""
    return HttpResponse(f"<h1>{CANARY}</h1>", headers={"X-Canary": CANARY})


@csrf_exempt
async def async_canary(request, **kwargs):
    return canary(request)


urlpatterns = [
    path("closed/", canary),
    path("async/closed/", async_canary),
    re_path("re/closed", canary),
    *demo_urls,
    path("static/<path:rest>", canary),
    re_path(r"^(?P<rest>[\s\S]*)$", canary),
]
