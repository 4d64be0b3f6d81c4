"""OAuth error answers in Auth0's wording."""

from __future__ import annotations

from django.http import JsonResponse


class OAuthError(Exception):
    """``error`` is what a client may act on; the description is for people."""

    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(error, description)
        self.error = error
        self.description = description
        self.status = status

    def response(self) -> JsonResponse:
        body = {"error": self.error, "error_description": self.description}
        return JsonResponse(body, status=self.status)


def invalid_request(description: str) -> OAuthError:
    return OAuthError("invalid_request", description)


def invalid_grant(description: str) -> OAuthError:
    """403, where RFC 6749 §5.2 would answer 400 (recorded: go-auth0's TestLoginWithAuthCode)."""
    return OAuthError("invalid_grant", description, 403)


def access_denied(description: str, status: int = 403) -> OAuthError:
    return OAuthError("access_denied", description, status)
