"""What was found out about the tenant by trying it, kept until it is tried again."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ..conf import conf
from ..models import ProbeAnswer
from .rows import rows_of

LONGEST = 1000


def keep_answer(question: str, answer: str, detail: str) -> None:
    """The newest answer counts; but "could not tell" leaves an earlier yes or no as it is."""
    fresh: dict[str, Any] = {"answer": answer, "detail": detail[:LONGEST], "asked_at": timezone.now()}
    key: dict[str, Any] = {"domain": conf.DOMAIN.host, "question": question}
    rows = rows_of(ProbeAnswer)
    if answer == ProbeAnswer.Answer.UNKNOWN:
        rows.get_or_create(**key, defaults=fresh)
        rows.filter(**key, answer=answer).update(**fresh)
    else:
        rows.update_or_create(**key, defaults=fresh)


def kept_answers() -> dict[str, ProbeAnswer]:
    """By the question's name, for the tenant of this site."""
    return {row.question: row for row in rows_of(ProbeAnswer).filter(domain=conf.DOMAIN.host)}
