"""Applications, and the connections that they let people sign in with."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_site.tenant.records.notation import Json


@dataclass
class Connection:
    id: str
    name: str
    strategy: str
    options: Json = field(default_factory=dict)
    # None: every client.
    enabled_clients: list[str] | None = None
    # What else the Management API was told: display_name, metadata, …
    settings: Json = field(default_factory=dict)

    @property
    def is_database(self) -> bool:
        return self.strategy == "auth0"

    @property
    def resets_by_code(self) -> bool:
        """The e-mail attribute is verified by one-time password, not by link."""
        email: Json = self.options.get("attributes", {}).get("email", {})
        return email.get("verification_method") == "otp"

    @property
    def reset_template(self) -> str:
        """The message that leads to a new password, by its name in the Management API."""
        return "reset_email_by_code" if self.resets_by_code else "reset_email"

    def is_enabled_for(self, client_id: str) -> bool:
        return self.enabled_clients is None or client_id in self.enabled_clients


@dataclass
class Client:
    client_id: str
    client_secret: str
    name: str
    callbacks: list[str] = field(default_factory=list)
    allowed_logout_urls: list[str] = field(default_factory=list)
    initiate_login_uri: str | None = None
    grant_types: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    organization_usage: str = "deny"
    organization_require_behavior: str = "no_prompt"
    token_endpoint_auth_method: str = "client_secret_post"  # noqa: S105
    # Honours auth0-forwarded-for at the token endpoint ("Trust Token Endpoint IP Header").
    is_token_endpoint_ip_header_trusted: bool = False
    # rotation_type, expiration_type, leeway, …; what is missing stands at Auth0's default.
    refresh_token: Json = field(default_factory=dict)
    # backchannel_logout_urls, backchannel_logout_initiators, …
    oidc_logout: Json = field(default_factory=dict)
    # Scopes that it may ask for on behalf of users, per API that requires a client grant.
    user_grants: dict[str, list[str]] = field(default_factory=dict)
    # Scopes that it may ask for itself, per API other than the Management API.
    api_grants: dict[str, list[str]] = field(default_factory=dict)
    # What else the Management API was told: description, app_type, jwt_configuration, …
    settings: Json = field(default_factory=dict)

    @property
    def is_confidential(self) -> bool:
        """It proves itself with its secret."""
        return self.token_endpoint_auth_method != "none"  # noqa: S105
