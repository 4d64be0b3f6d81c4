"""What makes the local tenant tell the demonstration's site of changes, through its Management API as at Auth0."""

from __future__ import annotations

from typing import Any

import requests
from django.conf import settings
from django.urls import reverse

from demo_site import seed

NAME = "Northwind Library"
PATIENCE_S = 10


def connect() -> None:
    """A log stream and back-channel logout, unless an earlier run has set them up."""
    tenant = Tenant()
    if not any(stream["name"] == NAME for stream in tenant.ask("GET", "log-streams")):
        tenant.ask("POST", "log-streams", log_stream())
    login, _management = seed.clients()
    tenant.ask("PATCH", f"clients/{login['client_id']}", {"oidc_logout": back_channel()})


def log_stream() -> dict[str, Any]:
    sink = {
        "httpEndpoint": settings.SITE_URL + reverse("auth0_password:hook_logs"),
        "httpAuthorization": seed.LOG_STREAM_TOKEN,
        "httpContentType": "application/json",
        "httpContentFormat": "JSONLINES",
    }
    return {"name": NAME, "type": "http", "sink": sink}


def back_channel() -> dict[str, Any]:
    return {
        "backchannel_logout_urls": [settings.SITE_URL + reverse("auth0_password:backchannel_logout")],
        "backchannel_logout_initiators": {"mode": "all"},
    }


class Tenant:
    """The local tenant's Management API, for whoever sets it up."""

    def __init__(self) -> None:
        self.url = f"http://{settings.SOCIAL_AUTH_AUTH0_DOMAIN}"
        client = seed.SET_UP_CLIENT
        asked = {"grant_type": "client_credentials", "audience": f"{self.url}/api/v2/"}
        asked |= {name: str(client[name]) for name in ("client_id", "client_secret")}
        answer = requests.post(f"{self.url}/oauth/token", asked, timeout=PATIENCE_S)
        answer.raise_for_status()
        self.headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        address = f"{self.url}/api/v2/{path}"
        answer = requests.request(method, address, json=body, headers=self.headers, timeout=PATIENCE_S)
        answer.raise_for_status()
        return answer.json()
