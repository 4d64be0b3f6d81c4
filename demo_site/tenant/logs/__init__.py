"""Tenant logs: ``write(state, "scp", …)`` where something happens; GET /logs, streams and a page show them."""

from demo_site.tenant.logs.writing import write

__all__ = ["write"]
