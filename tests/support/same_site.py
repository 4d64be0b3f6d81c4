"""SameSite cookies: what a browser keeps back when another site leads somewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from http.cookiejar import Cookie

    from requests.cookies import RequestsCookieJar

SAFE = ("GET", "HEAD")


@contextmanager
def same_site(jar: RequestsCookieJar, site: str, method: str) -> Iterator[None]:
    """Take the withheld cookies out for one request; what its answer sets anew stays."""
    withheld = [cookie for cookie in jar if site == "cross-site" and _is_withheld(cookie, method)]
    for cookie in withheld:
        jar.clear(cookie.domain, cookie.path, cookie.name)
    try:
        yield
    finally:
        for cookie in withheld:
            if jar.get(cookie.name, domain=cookie.domain, path=cookie.path) is None:
                jar.set_cookie(cookie)


def _is_withheld(cookie: Cookie, method: str) -> bool:
    """Lax, the browsers' default, travels with top-level GETs only; Strict never."""
    rule = (cookie.get_nonstandard_attr("SameSite") or "Lax").lower()
    return rule == "strict" or (rule == "lax" and method not in SAFE)
