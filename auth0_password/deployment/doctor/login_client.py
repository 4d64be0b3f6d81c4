"""The application at Auth0 that people sign in to."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.urls import NoReverseMatch, reverse

from ...conf import BACKEND_NAME, conf, is_loopback
from ..wanted import logout_url as where_logout_leads
from .findings import Check, Verdict, error, note, ok, warning
from .patient import Json, NotOnThisPlanError, Patient, address, setting

PASSWORD_GRANTS = {"password", "http://auth0.com/oauth/grant-type/password-realm"}
CHANGED = "password-changed"
"""The initiator that back-channel logout needs (Auth0: configure back-channel logout for your application)."""


def exists(patient: Patient) -> Verdict:
    if not patient.login_client():
        return error("the tenant has no application of that id", "Check SOCIAL_AUTH_AUTH0_KEY, and DOMAIN.")
    return ok(f"the login client is {patient.login_client().get('name')!r}")


def confidential(patient: Patient) -> Verdict | None:
    client = patient.login_client()
    if not client:
        return None
    if client.get("token_endpoint_auth_method") == "none":
        return error(
            "the login client is a public one: its secret proves nothing",
            "Make it a Regular Web Application (token_endpoint_auth_method client_secret_post).",
        )
    return ok("the login client proves itself with its secret")


def conformant(patient: Patient) -> Verdict | None:
    client = patient.login_client()
    if not client:
        return None
    if client.get("oidc_conformant") is False:
        return warning("the login client is not OIDC conformant", "Switch OIDC Conformant on (advanced settings).")
    return ok("the login client is OIDC conformant")


def callbacks(patient: Patient) -> Verdict | None:
    wanted, client = callback(), patient.login_client()
    if not client or not wanted:
        return None
    if wanted not in (client.get("callbacks") or []):
        return error("the login client's callbacks lack this site's: nobody can sign in", f"Add {wanted}.")
    return ok("the login client leads back to this site")


def wildcards(patient: Patient) -> Verdict | None:
    client = patient.login_client()
    if not client:
        return None
    wide = [url for url in (client.get("callbacks") or []) if "*" in url]
    if wide:
        return error(
            f"the login client has callbacks with a wildcard ({wide[0]})",
            "Name each address: whoever gets hold of a name below it receives codes of your users.",
        )
    return ok("the login client's callbacks have no wildcards")


def logout_url(patient: Patient) -> Verdict | None:
    client = patient.login_client()
    if not client or not conf.SITE_URL:
        return None
    wanted = where_logout_leads(conf.SITE_URL)
    if wanted not in (client.get("allowed_logout_urls") or []):
        return error(
            "the login client's allowed logout URLs lack this site's: signing out ends on an error page, still "
            "signed in at Auth0",
            f"Add {wanted}.",
        )
    return ok("signing out leads back to this site")


def login_route(patient: Patient) -> Verdict | None:
    """Auth0 takes https only, and nothing on this machine (configure default login routes)."""
    wanted, client = address("login"), patient.login_client()
    if not client or not wanted or conf.LOGIN_ROUTE is False:
        return None
    parts = urlsplit(wanted)
    if conf.LOGIN_ROUTE is None and (parts.scheme != "https" or is_loopback(parts.hostname or "")):
        return note("Auth0 has no way back to an address that is not https", "Its last page gets a tab of its own.")
    if client.get("initiate_login_uri") != wanted:
        return error(
            "the login client does not lead back to this site's login route: after a change people are stuck",
            f"Set its Application Login URI (initiate_login_uri) to {wanted}, or LOGIN_ROUTE to False.",
        )
    return ok("Auth0's last page leads to this site's login route")


def code_grant(patient: Patient) -> Verdict | None:
    client = patient.login_client()
    if not client:
        return None
    if "authorization_code" not in grants(client):
        return error("the login client may not use the authorization code", "Switch that grant type on.")
    return ok("the login client uses the authorization code")


def implicit(patient: Patient) -> Verdict | None:
    client = patient.login_client()
    if not client:
        return None
    if "implicit" in grants(client):
        return warning("the login client allows the implicit grant, which nothing here uses", "Switch it off.")
    return ok("the login client does not allow the implicit grant")


def password_grant(patient: Patient) -> Verdict | None:
    """Only the way `form` has a use for it, and only with the address of whoever types."""
    client = patient.login_client()
    if not client:
        return None
    is_on, is_used = bool(PASSWORD_GRANTS & set(grants(client))), "form" in conf.WAYS
    if is_on and not client.get("is_token_endpoint_ip_header_trusted"):
        return error(
            "the login client allows the password grant, and does not trust this site's word for who types: "
            "Auth0 counts all attempts for one address, and blocks everybody",
            "Set is_token_endpoint_ip_header_trusted." if is_used else "Switch the grant off.",
        )
    if is_on and not is_used:
        return warning("the login client allows the password grant, which nothing here uses", "Switch it off.")
    if is_used and not is_on:
        return error("WAYS has form, and the login client may not use the password grant", "Switch it on.")
    return ok(f"the password grant is {'on, as WAYS wants it' if is_on else 'off'}")


def backchannel_url(patient: Patient) -> Verdict | None:
    wanted, client = address("backchannel_logout"), patient.login_client()
    if not client or not wanted:
        return None
    if wanted in logout_of(client).get("backchannel_logout_urls", []):
        return ok("Auth0 tells this site of ended sessions")
    page = patient.page(f"{conf.DOMAIN.url}/.well-known/openid-configuration")
    if not (isinstance(page.body, dict) and page.body.get("backchannel_logout_supported")):
        raise NotOnThisPlanError
    do = f"Add {wanted} to the login client's back-channel logout URLs."
    return warning("Auth0 does not tell this site of ended sessions", do)


def backchannel_initiators(patient: Patient) -> Verdict | None:
    logout = logout_of(patient.login_client())
    if not logout.get("backchannel_logout_urls"):
        return None
    chosen = logout.get("backchannel_logout_initiators") or {}
    if chosen.get("mode") != "all" and CHANGED not in chosen.get("selected_initiators", []):
        return warning(
            "Auth0 does not tell of sessions that a new password ended",
            f"Choose {CHANGED} among the back-channel logout initiators.",
        )
    return ok("Auth0 tells of sessions that a new password ended")


def logout_of(client: Json) -> Json:
    return client.get("oidc_logout") or {}


def grants(client: Json) -> list[str]:
    return client.get("grant_types") or []


def callback() -> str:
    """Where social-auth wants people back."""
    try:
        path = reverse(f"{setting('SOCIAL_AUTH_URL_NAMESPACE') or 'social'}:complete", args=(BACKEND_NAME,))
    except NoReverseMatch:
        return ""
    return f"{conf.SITE_URL}{path}" if conf.SITE_URL else ""


CHECKS = (
    Check(id="login_client.exists", asks="the login client", judge=exists),
    Check(id="login_client.confidential", asks="how the login client proves itself", judge=confidential),
    Check(id="login_client.oidc_conformant", asks="whether the login client is OIDC conformant", judge=conformant),
    Check(id="login_client.callbacks", asks="the login client's callbacks", judge=callbacks),
    Check(id="login_client.wildcards", asks="wildcards in callbacks", judge=wildcards),
    Check(id="login_client.logout_url", asks="the login client's allowed logout URLs", judge=logout_url),
    Check(id="login_client.login_route", asks="the login client's login route", judge=login_route),
    Check(id="login_client.code_grant", asks="the authorization code grant", judge=code_grant),
    Check(id="login_client.implicit_grant", asks="the implicit grant", judge=implicit),
    Check(id="login_client.password_grant", asks="the password grant", judge=password_grant),
    Check(id="login_client.backchannel_url", asks="back-channel logout", judge=backchannel_url),
    Check(id="login_client.backchannel_initiators", asks="back-channel logout", judge=backchannel_initiators),
)
