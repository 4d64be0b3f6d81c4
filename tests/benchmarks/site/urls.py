"""A view that reads the user and one that does not, sync and async."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpResponse
from django.urls import include, path


def user(request: Any) -> HttpResponse:
    return HttpResponse(f"{request.user.is_authenticated}")


async def auser(request: Any) -> HttpResponse:
    return HttpResponse(f"{(await request.auser()).is_authenticated}")


@login_not_required
def public(request: Any) -> HttpResponse:
    return HttpResponse("public")


@login_not_required
async def apublic(request: Any) -> HttpResponse:
    return HttpResponse("public")


urlpatterns = [
    path("sync/user/", user),
    path("sync/public/", public),
    path("async/user/", auser),
    path("async/public/", apublic),
    path("password/", public, name="password_change"),  # which a peer wants
    path("account/", include("auth0_password.urls")),
]
with suppress(ImportError):  # where it is installed
    urlpatterns.append(path("anymail/", include("anymail.urls")))
