"""/oidc/logout: OpenID Connect RP-Initiated Logout 1.0, with the consent that Auth0 asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit, urlunsplit

import jwt
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods

from demo_site.tenant import hosts, keys
from demo_site.tenant.logs import sign_outs
from demo_site.tenant.logs.sign_outs import Asked
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.pages.rendering import page
from demo_site.tenant.store import store
from demo_site.tenant.universal_login import sessions, social
from demo_site.tenant.views import with_state

if TYPE_CHECKING:
    from demo_site.tenant.records import Client, Json, Session
    from demo_site.tenant.state import State

HINTS = ("id_token_hint", "logout_hint", "client_id", "post_logout_redirect_uri", "state", "federated")


@require_http_methods(["GET", "POST"])
@with_state
def logout(request: HttpRequest, state: State) -> HttpResponse:
    """An address that is not allowed is answered before anything ends; who cannot be told for sure is asked."""
    params = {**request.GET.dict(), **request.POST.dict()}
    hinted = _hinted(params, hosts.issuer(request, state))
    client = _client(params, hinted, state)
    asked, session = _asked(params, client, state), sessions.current(request, state)
    if asked.return_to is not None and asked.return_to not in asked.allowed:
        words = "The post_logout_redirect_uri is not in the list of allowed logout URLs."
        sign_outs.failed(state, session, asked, words)
        raise PageError(400, "invalid_request", words)
    if session and session.id != hinted["sid"] and "confirm" not in request.POST:
        shown = {name: params[name] for name in HINTS if name in params}
        return page(request, "logout_consent.html", {"params": shown}, client=client)
    return _ended(request, state, session, asked, params)


def _hinted(params: dict[str, str], issuer: str) -> Json:
    """The session and the application that the hints name; they must not contradict each other."""
    hinted: Json = {"sid": params.get("logout_hint"), "aud": params.get("client_id")}
    if "id_token_hint" not in params:
        return hinted
    claims = _claims(params["id_token_hint"], issuer)
    for name, value in hinted.items():
        if value not in (None, claims.get(name)):
            raise PageError(400, "invalid_request", "The hints do not name the same session and application.")
    return claims


def _claims(token: str, issuer: str) -> Json:
    """An ID token of this host; it may be long expired."""
    try:
        audience = jwt.decode(token, options={"verify_signature": False})["aud"]
        return keys.verified(token, store.signing_keys, audience, issuer)
    except (jwt.PyJWTError, KeyError) as error:
        raise PageError(400, "invalid_request", "The id_token_hint is not valid.") from error


def _client(params: dict[str, str], hinted: Json, state: State) -> Client | None:
    """Without a hint, client_id alone does not choose the application's list of addresses."""
    if not params.keys() & {"id_token_hint", "logout_hint"} or hinted["aud"] is None:
        return None
    client = state.clients.get(hinted["aud"])
    if client is None:
        msg = f"Unknown client: {hinted['aud']}"
        raise PageError(400, "invalid_request", msg)
    return client


def _asked(params: dict[str, str], client: Client | None, state: State) -> Asked:
    """Addresses are compared whole, query and all."""
    allowed = client.allowed_logout_urls if client else state.tenant_settings.get("allowed_logout_urls") or []
    return Asked(client.client_id if client else None, list(allowed), params.get("post_logout_redirect_uri"))


def _ended(
    request: HttpRequest, state: State, session: Session | None, asked: Asked, params: dict[str, str]
) -> HttpResponse:
    target = _with_state(asked.return_to, params.get("state")) if asked.return_to else None
    response = HttpResponseRedirect(target) if target else page(request, "logged_out.html", {})
    sign_outs.succeeded(state, session, asked, target)
    sessions.end_current(request, response, state)
    if "federated" in params:
        social.end_upstream(request, response, state)
    return response


def _with_state(url: str, state: str | None) -> str:
    if state is None:
        return url
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query="&".join(filter(None, (parts.query, urlencode({"state": state}))))))
