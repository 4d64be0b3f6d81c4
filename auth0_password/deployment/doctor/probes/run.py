"""One run: clear away what an earlier one left, ask one question after the other, remove what was made."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from ....exceptions import GatewayError
from ....gateway.tenant_api import TenantApi
from . import applications, forms, mails, passwords, sign_ins
from .answers import Answer, CannotTellError, Question, unknown
from .lab import Lab
from .things import Thing, find_things, remove_things

QUESTIONS: tuple[Question, ...] = (
    *passwords.QUESTIONS,
    *sign_ins.QUESTIONS,
    *applications.QUESTIONS,
    *forms.QUESTIONS,
    *mails.QUESTIONS,
)


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What is asked, and what may be done for it.

    `ask` shows a person a text and waits for them; None where nobody is there. `begin` hears of each question, `tell`
    of each answer at once.
    """

    questions: Sequence[Question] = QUESTIONS
    with_actions: bool = False
    mailbox: str = ""
    ask: Callable[[str], object] | None = None
    pause: Callable[[float], None] = time.sleep
    begin: Callable[[Question], None] = lambda _question: None
    tell: Callable[[Question, Answer], None] = lambda _question, _answer: None


@dataclass
class Run:
    """What came of it. `cleared` is what an earlier run had left. All that was `made` was removed, except for what is
    `left`, each with why: the next run tries again."""

    answers: dict[str, Answer] = field(default_factory=dict)
    cleared: list[str] = field(default_factory=list)
    made: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def questions_named(names: Sequence[str]) -> tuple[Question, ...]:
    """All of them where none is named. Raises `KeyError` for a name that there is not."""
    by_name = {question.name: question for question in QUESTIONS}
    return tuple(by_name[name] for name in names) or QUESTIONS


def probe(api: TenantApi, run: Run, choices: Choices) -> None:
    """Ask, and fill in `run` as it goes: whatever stops it, what was made is removed.

    Raises `GatewayError` where the tenant could not be cleared of what an earlier run left.
    """
    run.cleared = [str(thing) for thing in clear(api)]
    lab = Lab(api, pause=choices.pause, mailbox=choices.mailbox, ask=choices.ask)
    try:
        for question in choices.questions:
            choices.begin(question)
            answer = run.answers[question.name] = answered(lab, question, with_actions=choices.with_actions)
            choices.tell(question, answer)
    finally:
        lab.clean_up()
        run.made = [str(thing) for thing in lab.made]
        run.left = [f"{thing}: {error}" for thing, error in lab.left]


def clear(api: TenantApi) -> list[Thing]:
    """Remove whatever has our names: an earlier run left it that was killed. Raises `GatewayError`."""
    found = list(find_things(api))
    for _thing, error in remove_things(api, found):
        raise error
    return found


def answered(lab: Lab, question: Question, *, with_actions: bool) -> Answer:
    """`UNKNOWN` for whatever kept it from being found out, with the words for it."""
    if question.binds and not with_actions:
        return unknown("it needs an Action that is bound meanwhile: --with-actions")
    missing = sorted(question.needs - lab.api.scopes)
    if missing:
        return unknown(f"the deployment client needs {', '.join(missing)}")
    try:
        return question.find_out(lab)
    except (CannotTellError, GatewayError) as error:
        return unknown(str(error))
