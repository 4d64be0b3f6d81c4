"""Errors of /dbconnections/: some in one member, as seen in the field, the others as OAuth's."""

from __future__ import annotations

from django.http import JsonResponse

from demo_site.tenant.oidc.errors import OAuthError, invalid_request


class PlainError(OAuthError):
    """Only ``error``, which is a sentence (community.auth0.com/t/7540, auth0/Auth0.Android#303)."""

    def __init__(self, words: str) -> None:
        super().__init__(words, words)

    def response(self) -> JsonResponse:
        return JsonResponse({"error": self.error}, status=self.status)


def missing(name: str) -> OAuthError:
    return invalid_request(f"Missing required property: {name}")


def requires_verification() -> OAuthError:
    """Bot detection wants a captcha, which no server can solve (Auth0's documents of /oauth/ro)."""
    return OAuthError("requires_verification", "Suspicious request requires verification", 401)


def too_many_requests() -> OAuthError:
    return OAuthError("too_many_requests", "Global limit has been reached", 429)
