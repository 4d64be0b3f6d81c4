"""Where a request comes from, as browsers tell it: Referer, Origin, Fetch Metadata; and where forms may lead."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch
from urllib.parse import urldefrag, urlsplit

PLAIN_PORTS = {"http": 80, "https": 443}
DEFAULT_POLICY = "strict-origin-when-cross-origin"
FAR = ("same-origin", "same-site", "cross-site")  # from near to far; a chain of redirects only gets farther


@dataclass
class Provenance:
    """One navigation: begun by a person (no ``referer``) or by a page, over all its redirects."""

    referer: str | None = None
    policy: str = DEFAULT_POLICY
    form_action: list[str] | None = None
    site: str = "none"

    def move_to(self, url: str) -> None:
        """The next hop. Chrome applies form-action to every redirect after a form, so this does too."""
        if self.referer is None:
            return
        if self.form_action is not None and not self._may_lead_to(url):
            sources = " ".join(self.form_action)
            msg = f"form-action {sources} of {self.referer} forbids {url}"
            raise AssertionError(msg)
        near = FAR[0] if self.site == "none" else self.site
        self.site = max(near, _site(self.referer, url), key=FAR.index)

    def headers(self, url: str, method: str) -> dict[str, str]:
        headers = {"Sec-Fetch-Site": self.site, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
        headers["Sec-Fetch-User"] = "?1"
        if self.referer is None:
            return headers
        referer = self._referer(url)
        if referer:
            headers["Referer"] = referer
        return headers | ({"Origin": self._origin(url)} if method == "POST" else {})

    def _referer(self, url: str) -> str | None:
        """The Referrer Policy specification, for the policies that sites use."""
        page, same = urldefrag(self.referer or "").url, origin(self.referer or "") == origin(url)
        if self.policy == "no-referrer" or (self.policy == "same-origin" and not same):
            return None
        return page if same else origin(page) + "/"

    def _origin(self, url: str) -> str:
        """A page without a referrer posts with an opaque origin, which Django's CSRF check refuses."""
        return origin(self.referer or "") if self._referer(url) else "null"

    def _may_lead_to(self, url: str) -> bool:
        here = [origin(self.referer or "") if source == "'self'" else source for source in self.form_action or []]
        scheme = f"{urlsplit(url).scheme}:"
        return any(source == scheme or fnmatch(origin(url), source.rstrip("/")) for source in here)


def origin(url: str) -> str:
    parts = urlsplit(url)
    port = "" if parts.port in (None, PLAIN_PORTS.get(parts.scheme)) else f":{parts.port}"
    return f"{parts.scheme}://{parts.hostname}{port}"


def directive(policy: str, name: str) -> list[str] | None:
    """One directive of a Content-Security-Policy; none if it is not there."""
    for part in policy.split(";"):
        words = part.split()
        if words[:1] == [name]:
            return words[1:]
    return None


def _site(one: str, other: str) -> str:
    if origin(one) == origin(other):
        return "same-origin"
    first, second = urlsplit(one), urlsplit(other)
    same = (first.scheme, first.hostname) == (second.scheme, second.hostname)
    return "same-site" if same else "cross-site"
