"""What an application asks of /authorize, read and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from demo_site.tenant import organizations
from demo_site.tenant.clock import clock
from demo_site.tenant.oidc import audiences
from demo_site.tenant.oidc.errors import OAuthError, invalid_request
from demo_site.tenant.opaque import opaque
from demo_site.tenant.pages.errors import PageError
from demo_site.tenant.records import Client, Transaction

if TYPE_CHECKING:
    from django.http import QueryDict

    from demo_site.tenant.plan import Plan
    from demo_site.tenant.state import State

PROMPTS = {"none", "login", "select_account", "consent"}


def client_of(params: QueryDict, state: State) -> Client:
    """Without a known client and one of its callbacks there is nowhere safe to send an error."""
    client_id = params.get("client_id", "")
    client = state.clients.get(client_id)
    if client is None:
        raise PageError(400, "invalid_request", f"Unknown client: {client_id}")
    return client


def check_callback(client: Client, redirect_uri: str, plan: Plan) -> str:
    compared = redirect_uri.partition("?")[0] if plan.callback_query_is_ignored else redirect_uri
    if not {redirect_uri, compared} & set(client.callbacks):
        words = "The provided redirect_uri is not in the list of allowed callback URLs."
        raise PageError(403, "Callback URL mismatch", words)
    return redirect_uri


def transaction_of(params: QueryDict, client: Client, redirect_uri: str, browser: str) -> Transaction:
    """A transaction without any check of its values; ``check`` comes once errors can be sent back."""
    return Transaction(
        id=opaque(),
        browser=browser,
        client_id=client.client_id,
        redirect_uri=redirect_uri,
        scope=params.get("scope", "openid profile email"),
        created_at=clock.now(),
        audience=params.get("audience") or None,
        state=params.get("state"),
        nonce=params.get("nonce"),
        code_challenge=params.get("code_challenge"),
        prompt=params.get("prompt", "").split(),
        login_hint=params.get("login_hint", ""),
        connection=params.get("connection"),
        acr_values=params.get("acr_values", "").split(),
        organization=params.get("organization"),
        invitation=params.get("invitation"),
        query=params.dict(),
    )


def check(transaction: Transaction, params: QueryDict, client: Client, state: State) -> None:
    _check_flow(params, client)
    unknown = set(transaction.prompt) - PROMPTS
    if unknown:
        msg = f"Unsupported prompt value: {min(unknown)}"
        raise invalid_request(msg)
    if "none" in transaction.prompt and len(transaction.prompt) > 1:
        raise invalid_request("The prompt value none cannot be combined with others")
    if transaction.connection is not None and transaction.connection not in state.connections:
        raise invalid_request("the connection was not found")
    transaction.audience = audiences.named(state, transaction.audience)
    audiences.check(state, client, transaction.audience, transaction.issuer)
    if transaction.audience == audiences.userinfo(transaction.issuer):
        transaction.audience = None
    organizations.check(state, transaction, client)
    transaction.max_age = _max_age(params)


def _check_flow(params: QueryDict, client: Client) -> None:
    response_type = params.get("response_type")
    if not response_type:
        raise invalid_request("Missing required parameter: response_type")
    if response_type != "code":
        raise OAuthError("unsupported_response_type", f"Unsupported response type: {response_type}")
    if "authorization_code" not in client.grant_types:
        raise OAuthError("unauthorized_client", "Grant type 'authorization_code' not allowed for the client.")
    # "plain", RFC 7636's default, is not supported.
    if params.get("code_challenge") and params.get("code_challenge_method") != "S256":
        raise invalid_request("Only the code_challenge_method S256 is supported")


def _max_age(params: QueryDict) -> int | None:
    text = params.get("max_age", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit()):
        raise invalid_request("max_age must be a number of seconds")
    return int(text)
