"""The tenant's cookies. Cookies ignore ports, so each name carries one: another port is another tenant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant.store import store

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse


def read(request: HttpRequest, name: str) -> str:
    return request.COOKIES.get(_named(name), "")


def write(response: HttpResponse, name: str, value: str, max_age: int | None = None) -> None:
    secure = store.scheme == "https"
    response.set_cookie(_named(name), value, max_age=max_age, httponly=True, samesite="Lax", secure=secure)


def remove(response: HttpResponse, name: str) -> None:
    response.delete_cookie(_named(name), samesite="Lax")


def _named(name: str) -> str:
    return f"local_tenant_{name}_{store.port}"
