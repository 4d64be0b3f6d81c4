"""How a refusal, a failure or a hand-over looks as HTTP: shared by the middleware, the pipeline and the views."""

from .blocked import blocked, ended, problem
from .changes import pending, take_over, to_change
from .ended_texts import why_ended
from .problem_pages import problem_page, unreadable
from .redirects import (
    landing,
    leads_back,
    next_of,
    note_asked,
    private,
    safe_next,
    to_auth0_logout,
    to_authorize,
    to_page,
    to_ticket,
    to_waiting,
)

__all__ = [
    "blocked",
    "ended",
    "landing",
    "leads_back",
    "next_of",
    "note_asked",
    "pending",
    "private",
    "problem",
    "problem_page",
    "safe_next",
    "take_over",
    "to_auth0_logout",
    "to_authorize",
    "to_change",
    "to_page",
    "to_ticket",
    "to_waiting",
    "unreadable",
    "why_ended",
]
