"""How a refusal, a failure or a hand-over looks as HTTP: shared by the middleware, the pipeline and the views."""

from .blocked import blocked, ended
from .problems import problem_page, unreadable
from .redirects import landing, next_of, private, safe_next, to_auth0_logout, to_authorize, to_page, to_ticket

__all__ = [
    "blocked",
    "ended",
    "landing",
    "next_of",
    "private",
    "problem_page",
    "safe_next",
    "to_auth0_logout",
    "to_authorize",
    "to_page",
    "to_ticket",
    "unreadable",
]
