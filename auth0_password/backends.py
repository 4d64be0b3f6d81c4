"""The sign-in backend: OpenID Connect with nonce and PKCE, fresh when asked to be, and no tokens kept."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import requests
from asgiref.sync import sync_to_async
from django.http import HttpResponse
from social_core.backends.open_id_connect import OpenIdConnectAuth
from social_core.exceptions import AuthResponseError, AuthSessionError

from .answers import to_page
from .conf import BACKEND_NAME, conf
from .loading import aload, load
from .services import handover
from .services.sign_ins import MAX_NEXT, SignInAsked

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser

TRANSIT_SECONDS = 5
"""How much longer than our stop-watch Auth0's clock may say that a re-authentication took."""

PENDING_SIGN_INS = 5
"""How many sign-ins one browser session may have under way."""

DUE, NOT_ASKED_AGAIN = "password_reset_required", "reauthentication_required"
"""The words of our Actions: for whom a new password is due, and whose sign-in is too old to choose one."""


class Auth0PasswordBackend(OpenIdConnectAuth[HttpResponse]):
    """`AUTHENTICATION_BACKENDS = ["auth0_password.backends.Auth0PasswordBackend", ...]`.

    Takes over the rows of social-auth's stock `auth0` backend: same name, same `ID_KEY`.
    """

    name = BACKEND_NAME
    title = "Auth0"
    ID_KEY = "user_id"
    USERNAME_KEY = "nickname"
    DEFAULT_USE_PKCE = True
    TOKEN_ENDPOINT_AUTH_METHOD = "client_secret_post"  # noqa: S105 - the method's name in OIDC discovery
    JWT_LEEWAY = 60.0
    ID_TOKEN_MAX_AGE = 60 + TRANSIT_SECONDS  # it is made when we ask for it: an older one shows a wrong clock
    EXTRA_DATA = []

    wanted = SignInAsked()
    """What this trip is for: set before sending off, and at the callback read from the session by its `state`."""

    def authorization_url(self) -> str:
        return f"{conf.DOMAIN.url}/authorize"

    def access_token_url(self) -> str:
        return f"{conf.DOMAIN.url}/oauth/token"

    def jwks_uri(self) -> str:
        return f"{conf.DOMAIN.url}/.well-known/jwks.json"

    def id_token_issuer(self) -> str:
        return conf.DOMAIN.issuer

    def start(self) -> HttpResponse:
        """A sign-in begun by a form that posts to social-auth's own `social:begin`, which kept its checked `next`."""
        if "next" in self.strategy.request_data(merge=False):
            kept = self.strategy.session_pop("next") or ""
            self.wanted = SignInAsked(next=kept if len(kept) <= MAX_NEXT else "")
        return super().start()

    def auth_url(self) -> str:
        """Where to send the browser. Built here, because the base class decodes the finished query once more:
        a `+` in an address would be lost, and a `&` in a hint would become a parameter."""
        state = self.get_or_create_state()
        params = {
            **self.auth_params(state),  # type: ignore[no-untyped-call]
            **self.get_scope_argument(),  # type: ignore[no-untyped-call]
            **self.auth_extra_arguments(),
            **self.wanted.parameters(),
        }
        self._keep_wanted(str(state))
        return f"{self.authorization_url()}?{urlencode(params)}"

    def validate_state(self) -> str | None:
        """Check and use up the callback's `state`, once per request, and recall what the trip was for."""
        if self._oauth2_transaction is None:
            super().validate_state()
            self.wanted = SignInAsked.from_session(self._trip().get("wanted"))
            self.strategy.session_set("next", self.wanted.next)
        return str(self._trip().get("state"))

    def _trip(self) -> dict[str, Any]:
        """What the session kept under the `state` that came back; empty before that was checked."""
        return self._oauth2_transaction or {}

    def get_scope(self) -> list[str]:
        """For a change also the scope to which the tenant's Action answers with a hand-over."""
        scopes: list[str] = super().get_scope()
        return [*scopes, handover.SCOPE] if self.wanted.for_change and handover.is_offered() else scopes

    def auth_complete(self, *args: Any, **kwargs: Any) -> Any:
        """The callback. `state` comes first: an `error` that anybody can put into a link is not acted on."""
        self.validate_state()
        return self._denied() or super().auth_complete(*args, **kwargs)

    def _denied(self) -> HttpResponse | None:
        """What our own Actions refuse with, which is compared and never shown (Auth0: `api.access.deny`)."""
        words = self.data.get("error_description") if self.data.get("error") == "access_denied" else None
        if words == DUE:
            return to_page("instructions", next_url=self.wanted.next, denied="1")
        if words == NOT_ASKED_AGAIN:
            code = "not_reauthenticated_again" if self.wanted.again else "not_reauthenticated"
            raise AuthSessionError(self, code=code, stage="callback")
        return None

    def validate_claims(self, id_token: dict[str, Any]) -> None:
        """Nonce and times as the base class does; then what this trip was for."""
        super().validate_claims(id_token)
        self.validate_trip(id_token)

    def validate_trip(self, claims: dict[str, Any]) -> None:
        """For a change, that the person was really asked again, and that they came back within the organization that
        they were in (Auth0: `org_id`)."""
        if self.wanted.max_age == 0:
            self._require_fresh(claims)
        if self.wanted.organization and claims.get("org_id") != self.wanted.organization:
            raise AuthResponseError(self, claim="org_id", code="another_organization", stage="token_validation")

    def _require_fresh(self, id_token: dict[str, Any]) -> None:
        """`prompt` and `max_age` can be stripped in the browser: `auth_time` is the proof. Both of its ends are
        Auth0's clock, the limit is our stop-watch (Auth0: max-age-reauthentication; ASVS v5.0.0-6.8.4)."""
        auth_time, started = id_token.get("auth_time"), self._trip().get("timestamp")
        if isinstance(auth_time, (int, float)) and isinstance(started, int):
            taken = id_token["iat"] - auth_time
            if taken <= time.time() - started + TRANSIT_SECONDS:
                return
        raise AuthResponseError(self, claim="auth_time", code="not_reauthenticated", stage="token_validation")

    def request(self, url: str, **options: Any) -> requests.Response:
        """As the base class does, but no redirect is followed: it would take the client's secret along (307, 308)."""
        options["auth"] = options.get("auth") or without_redirects
        return super().request(url, **options)

    def user_data(self, access_token: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The ID token says all we need; `/userinfo` is not called."""
        return {}

    def get_user_id(self, details: Any, response: Any) -> str:
        """The validated `sub`, whatever else the answer holds."""
        return str((self.id_token or {})["sub"])

    def extra_data(
        self,
        user: Any,
        uid: str,
        response: dict[str, Any],
        details: dict[str, Any],
        pipeline_kwargs: dict[str, Any],
    ) -> dict[str, Any]:
        """What social-auth stores: the subject, and none of the tokens."""
        return {"user_id": uid}

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        """The user together with their password state, in one query; None where there is none (any more)."""
        return load(user_id)

    async def aget_user(self, user_id: Any) -> AbstractBaseUser | None:
        """`get_user` for `request.auser()`: the stock social backends have none."""
        return await aload(user_id)

    async def aauthenticate(self, *args: Any, **kwargs: Any) -> Any:
        """`authenticate` for `aauthenticate()`, which asks every backend."""
        return await sync_to_async(self.authenticate)(*args, **kwargs)

    def _keep_wanted(self, state: str) -> None:
        """Keep what the trip is for under its state, and forget the oldest of too many trips."""
        session_get, session_set = self.strategy.session_get, self.strategy.session_set
        session_set(
            self.transaction_key(state),
            {**session_get(self.transaction_key(state)), "wanted": self.wanted.to_session()},
        )
        started: dict[str, int] = session_get(self._transaction_index_key())
        for oldest in sorted(started, key=started.__getitem__)[:-PENDING_SIGN_INS]:
            self._forget_trip(oldest, started.pop(oldest))
        session_set(self._transaction_index_key(), started)

    def _forget_trip(self, state: str, timestamp: int) -> None:
        """Forget a trip that was never completed, and the rows that social-auth made for it."""
        trip = self.strategy.session_pop(self.transaction_key(state)) or {}
        nonce = self.get_nonce(trip.get("oidc_nonce"))  # type: ignore[no-untyped-call]
        if nonce:
            self.remove_nonce(nonce.id)
        self.strategy.storage.nonce.consume(self._nonce_scope(), timestamp, state)


def without_redirects(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An `auth` of requests, whose hooks come before any redirect is followed; a .netrc is not read either."""
    request.register_hook("response", refuse_redirect)  # type: ignore[no-untyped-call]
    return request


def refuse_redirect(response: requests.Response, **_options: Any) -> None:
    if response.is_redirect:
        raise requests.TooManyRedirects(response=response)
