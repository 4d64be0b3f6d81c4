"""`auth0_doctor --probe`: asks first, says what it made and that it removed it, and keeps the answers."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError, CommandParser
from django.db import Error

from ..conf import conf
from ..deployment.doctor.probes import QUESTIONS, UNKNOWN, Answer, Choices, Question, Run, probe, questions_named
from ..exceptions import GatewayError
from ..services.probe_answers import keep_answer, kept_answers
from .base import COULD_NOT_RUN, NEEDS_YOU, wrong_use
from .deployment_client import deployment_api

if TYPE_CHECKING:
    from ..gateway.tenant_api import TenantApi
    from .base import Command

SAID = {"yes": "yes", "no": "no", UNKNOWN: "could not tell"}
BY_NAME = {question.name: question for question in QUESTIONS}
ORDER = {name: number for number, name in enumerate(BY_NAME)}


def add_probing(parser: CommandParser) -> None:
    group = parser.add_argument_group("finding out what only this tenant can tell")
    group.add_argument("--probe", action="store_true", help="try it, on throw-away users and applications; asks first")
    group.add_argument("--yes", action="store_true", help="do not ask (for scripts)")
    group.add_argument(
        "--with-actions",
        action="store_true",
        help="also what needs an Action that is bound to a trigger meanwhile",
    )
    group.add_argument("--mailbox", metavar="ADDRESS", default="", help="also about mails: you read them there")
    group.add_argument(
        "--question", action="append", default=[], metavar="NAME", help="only this one; may be repeated"
    )


def probe_tenant(command: Command, options: dict[str, Any]) -> None:
    """Raises `CommandError`: 2 without consent or where it could not begin, 1 where something was left behind."""
    unknown = set(options["question"]) - BY_NAME.keys()
    if unknown:
        raise wrong_use(f"there is no question {', '.join(sorted(unknown))}; there are {', '.join(sorted(BY_NAME))}")
    questions = questions_named(options["question"])
    for line in announcement(questions, options):
        command.say(line)
    if options["dry_run"]:
        names = [f"  {question.name}: {question.words}" for question in questions]
        command.print(names, {"would_ask": [question.name for question in questions]})
        return
    api = deployment_api(sleep=wait)
    consent(command, given=options["yes"])
    choices = Choices(
        questions=questions,
        with_actions=options["with_actions"],
        mailbox=options["mailbox"],
        ask=(lambda text: asked(command, text)) if sys.stdin.isatty() else None,
        pause=wait,
        begin=lambda question: command.progress(question.words),
        tell=lambda question, answer: heard(command, question, answer),
    )
    run_to_the_end(command, api, choices)


def run_to_the_end(command: Command, api: TenantApi, choices: Choices) -> None:
    run = Run()
    try:
        with terminated_like_interrupted():
            probe(api, run, choices)
    except GatewayError as error:
        raise CommandError(f"could not run: {error}", returncode=COULD_NOT_RUN) from error
    except KeyboardInterrupt:
        report(command, run)
        raise CommandError("stopped; the answers until then are kept", returncode=NEEDS_YOU) from None
    report(command, run)
    if run.left:
        raise CommandError("not everything could be removed; the next --probe tries again", returncode=NEEDS_YOU)


def announcement(questions: tuple[Question, ...], options: dict[str, Any]) -> Iterator[str]:
    """What would be done, to whoever has to agree."""
    number = counted(questions, "question")
    yield f"{number} to the tenant {conf.DOMAIN}, tried on throw-away users and applications."
    yield "It makes users at example.com, applications, links, forms, flows or a log stream, as a question needs them:"
    yield 'all are called "auth0-password probe", and are removed at the end. Nobody else\'s account is touched.'
    if any(question.binds for question in questions):
        yield (
            "Actions are bound to post-login and post-change-password meanwhile. They do nothing for anybody else."
            if options["with_actions"]
            else "No Action is bound to a trigger: questions that need one stay open (--with-actions)."
        )
    if any(question.mails for question in questions):
        mailbox = options["mailbox"]
        yield (
            f"A user with the address {mailbox} is made, and a mail is sent there: you follow its link."
            if mailbox
            else "No mail is sent: the question that needs one stays open (--mailbox)."
        )


def consent(command: Command, *, given: bool) -> None:
    if given:
        return
    if not sys.stdin.isatty():
        raise wrong_use("--probe makes things in the tenant, and nobody is here to be asked: say --yes")
    if asked(command, "Go on? Type yes: ") != "yes":
        raise CommandError("nothing was done", returncode=COULD_NOT_RUN)


def asked(command: Command, text: str) -> str:
    """Beside the output, which may be for a program."""
    command.stderr.write(text, ending="", style_func=str)
    command.stderr.flush()
    return sys.stdin.readline().strip()


def wait(seconds: float) -> None:
    time.sleep(seconds)


@contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """So that what was made is removed then, too."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def heard(command: Command, question: Question, answer: Answer) -> None:
    """Kept at once: whatever comes afterwards, this much is known."""
    keep_answer(question.name, answer.answer, answer.detail)
    for line in in_words(question.name, answer.answer, answer.detail):
        command.say(line)


def report(command: Command, run: Run) -> None:
    lines = [
        *(f"left by an earlier run, and removed: {thing}" for thing in run.cleared),
        *(f"made and removed: {thing}" for thing in run.made if not any(one.startswith(thing) for one in run.left)),
        *(f"could not be removed: {thing}" for thing in run.left),
        f"{counted(run.made, 'thing')} made, {len(run.made) - len(run.left)} removed.",
    ]
    command.print(lines, asdict(run))


def counted(things: Sized, word: str) -> str:
    return f"{len(things)} {word}{'' if len(things) == 1 else 's'}"


def in_words(name: str, answer: str, detail: str) -> Iterator[str]:
    """A question, the answer, and what to do by hand where there is none."""
    question = BY_NAME.get(name)
    yield question.words if question else name
    yield f"  {SAID.get(answer, answer)}{f': {detail}' if detail else ''}"
    if question and answer == UNKNOWN:
        yield f"  By hand: {question.by_hand}"


def known_in_words() -> Iterator[str]:
    """What was found out about this tenant; questions that were never asked are not named."""
    for name, known in known_answers().items():
        question, answer, *by_hand = in_words(name, known["answer"], known["detail"])
        yield from [question, f"{answer} ({known['asked_at'][:10]})", *by_hand]


def known_answers() -> dict[str, dict[str, str]]:
    """The same for programs. Nothing where the database cannot be read, which the report says anyway."""
    try:
        rows = kept_answers()
    except Error:
        return {}
    return {
        name: {"answer": row.answer, "detail": row.detail, "asked_at": row.asked_at.isoformat()}
        for name, row in sorted(rows.items(), key=lambda item: ORDER.get(item[0], len(ORDER)))
    }
