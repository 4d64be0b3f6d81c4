"""A server that may read logs, manage streams and change users, at a tenant whose pushes are held back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import requests

from tests.tenant.application import ALICE, Application
from tests.tenant.steering import seed_with_scopes

if TYPE_CHECKING:
    from tests.support.tenant import LocalTenant

SCOPES = (
    "read:users", "update:users", "update:users_app_metadata", "create:users", "delete:users", "create:user_tickets",
    "read:logs", "read:log_streams", "create:log_streams", "update:log_streams", "delete:log_streams",
    "update:clients", "read:clients", "read:actions", "create:actions", "update:actions", "delete:sessions",
    "read:sessions",
)  # fmt: skip
NEW = "Brand-New-Start-7!"


class Pushing(Application):
    @classmethod
    def of(cls, tenant: LocalTenant, custom_domain: str | None = None, **login_client: Any) -> Self:
        """``login_client`` are further settings of the application that people sign in to."""
        seed = seed_with_scopes(*SCOPES) | ({"custom_domain": custom_domain} if custom_domain else {})
        seed["clients"][0] |= login_client
        tenant.seed(seed)
        pushing = cls(tenant)
        pushing.push(hold=True)
        return pushing

    def push(self, **settings: Any) -> dict[str, Any]:
        return self.tenant.pushes(**settings)

    def deliver(self, *, due_only: bool = False) -> list[dict[str, Any]]:
        """What was delivered where, and how it was answered."""
        return self.tenant.deliver(due_only=due_only)

    def queued(self) -> list[dict[str, Any]]:
        answer = requests.get(f"{self.tenant.base_url}/_control/pushes", timeout=5)
        return list(answer.json()["queued"])

    def stream(self, endpoint: str, *categories: str, **fields: Any) -> dict[str, Any]:
        """A new log stream. ``sink`` adds to where it leads."""
        sink = {"httpEndpoint": endpoint, "httpContentFormat": "JSONLINES"} | fields.pop("sink", {})
        filters = [{"type": "category", "name": name} for name in categories]
        body = {"name": "logs", "type": "http", "filters": filters, "sink": sink, **fields}
        reply = self.api("POST", "log-streams", json=body)
        assert reply.status_code == 200, reply.text
        return dict(reply.json())

    def change(self, password: str = NEW, user_id: str = ALICE) -> None:
        reply = self.api("PATCH", f"users/{user_id}", json={"password": password})
        assert reply.status_code == 200, reply.text

    def logs(self, **params: Any) -> list[dict[str, Any]]:
        reply = self.api("GET", "logs", params=params)
        assert reply.status_code == 200, reply.text
        return list(reply.json())

    def of_type(self, *codes: str) -> list[dict[str, Any]]:
        """Newest first."""
        return [log for log in self.logs(per_page=100) if log["type"] in codes]

    def log(self, code: str) -> dict[str, Any]:
        found = self.of_type(code)
        assert len(found) == 1, f"{len(found)} logs of type {code}"
        return found[0]
