"""``oidc_logout`` of a client: where it wants to hear of ended sessions, and of which endings."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from demo_site.tenant.management.errors import invalid_body
from demo_site.tenant.management.payload import checked, required
from demo_site.tenant.oidc.backchannel_logout import IDP_LOGOUT, INITIATORS, RP_LOGOUT
from demo_site.tenant.pushes.http import is_loopback

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

FIELDS = {
    "backchannel_logout_urls": list,
    "backchannel_logout_initiators": dict,
    "backchannel_logout_session_metadata": dict,
}
PATH = "oidc_logout.backchannel_logout_initiators"
AUTH0_NAMES = ("auth0.com", "auth0app.com", "webtask.io", "webtask.run")


def check(settings: Json) -> None:
    """Documented: https only, no name of Auth0's, two initiators that cannot be left out. The words are unverified."""
    checked(settings, FIELDS, "oidc_logout")
    for url in settings.get("backchannel_logout_urls", []):
        _check_url(url)
    chosen = settings.get("backchannel_logout_initiators")
    if chosen is None:
        return
    required(checked(chosen, {"mode": str, "selected_initiators": list}, PATH), "mode", path=PATH)
    if chosen["mode"] not in ("custom", "all"):
        msg = f"'No enum match for: {chosen['mode']}' on property {PATH}.mode"
        raise invalid_body(msg)
    if chosen["mode"] == "custom":
        _check_selected(chosen.get("selected_initiators", []))


def _check_url(url: str) -> None:
    """Unlike Auth0: http where it leads to this machine."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    good = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not good or any(host == name or host.endswith(f".{name}") for name in AUTH0_NAMES):
        msg = f"'Object didn't pass validation for format absolute-https-uri: {url}'"
        raise invalid_body(f"{msg} on property oidc_logout.backchannel_logout_urls")


def _check_selected(selected: list[str]) -> None:
    unknown = [name for name in selected if name not in INITIATORS]
    if unknown:
        msg = f"'No enum match for: {unknown[0]}' on property {PATH}.selected_initiators"
        raise invalid_body(msg)
    missing = [name for name in (RP_LOGOUT, IDP_LOGOUT) if name not in selected]
    if missing:
        msg = f"'selected_initiators must contain {missing[0]}' on property {PATH}.selected_initiators"
        raise invalid_body(msg)
