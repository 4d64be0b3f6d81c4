"""A server that holds passwords for a moment: what it sends to the token endpoint."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyotp
import requests

from tests.support.tenant import demo_seed
from tests.tenant.application import DATABASE, LOGIN, PASSWORDS, SITE, Application

VENDOR = "http://auth0.com/oauth/grant-type/"
REALM, OTP, RECOVERY = f"{VENDOR}password-realm", f"{VENDOR}mfa-otp", f"{VENDOR}mfa-recovery-code"
API = "https://books.example/"
DAVES_SECRET = "IXZ4ZLEVTLY5OD2SUXWIQ4G4YIUEQJ3W"
DAVES_RECOVERY_CODE = "K6LGLV3RSH3VERMKET8L7QKU"
WRONG = {"error": "invalid_grant", "error_description": "Wrong email or password."}
ADMIN_SCOPES = (
    "read:users", "update:users", "update:users_app_metadata", "create:user_tickets", "read:sessions",
    "delete:sessions", "read:refresh_tokens", "delete:refresh_tokens", "read:attack_protection",
    "update:attack_protection", "update:tenant_settings", "read:logs",
)  # fmt: skip


def seed(**client: Any) -> dict[str, Any]:
    """``client``: further settings of the demonstration's login client."""
    wanted = demo_seed(SITE)
    wanted["clients"][0] |= {
        "grant_types": ["authorization_code", "refresh_token", "password", REALM, OTP, RECOVERY],
        **client,
    }
    wanted["clients"][1]["scopes"] = list(ADMIN_SCOPES)
    wanted["resource_servers"] = [
        {"identifier": API, "name": "Books", "scopes": ["read:books", "write:books"], "allow_offline_access": True}
    ]
    next(user for user in wanted["users"] if "mfa" in user)["mfa"]["recovery_code"] = DAVES_RECOVERY_CODE
    return wanted


class Caller(Application):
    def sign_in_with(self, email: str = "alice@example.com", password: str | None = None, **params: Any) -> Any:
        """``ip``: the end user's, in the header."""
        ip = params.pop("ip", None)
        body = {
            "grant_type": REALM,
            "realm": DATABASE,
            "client_id": LOGIN[0],
            "client_secret": LOGIN[1],
            "username": email,
            "password": PASSWORDS.get(email, "") if password is None else password,
            "scope": "openid profile email",
            **params,
        }
        return self.post("oauth/token", body, {"auth0-forwarded-for": ip} if ip else {})

    def refresh(self, token: str, **params: Any) -> requests.Response:
        body = {"grant_type": "refresh_token", "client_id": LOGIN[0], "client_secret": LOGIN[1], **params}
        return self.post("oauth/token", {**body, "refresh_token": token})

    def pass_otp(self, mfa_token: str, otp: str | None = None, **params: Any) -> requests.Response:
        code = self.otp() if otp is None else otp
        return self.second_factor(OTP, mfa_token, otp=code, **params)

    def second_factor(self, grant_type: str, mfa_token: str, **params: Any) -> requests.Response:
        body = {"grant_type": grant_type, "client_id": LOGIN[0], "client_secret": LOGIN[1], "mfa_token": mfa_token}
        return self.post("oauth/token", {**body, **params})

    def otp(self) -> str:
        """What Dave's app shows, by the tenant's clock."""
        return pyotp.TOTP(DAVES_SECRET).at(int(self.now()))

    def now(self) -> float:
        return datetime.fromisoformat(self.tenant.health()["now"]).timestamp()

    def post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> requests.Response:
        kept = {name: value for name, value in body.items() if value is not None}
        return requests.post(f"{self.tenant.base_url}/{path}", data=kept, headers=headers, timeout=5)

    def profile(self, user_id: str) -> dict[str, Any]:
        return dict(self.api("GET", f"users/{user_id}").json())

    def log_types(self) -> list[str]:
        return [item["type"] for item in self.api("GET", "logs?per_page=100").json()]

    def protect(self, feature: str, **settings: Any) -> dict[str, Any]:
        reply = self.api("PATCH", f"attack-protection/{feature}", json=settings)
        assert reply.status_code == 200, reply.text
        return dict(reply.json())
