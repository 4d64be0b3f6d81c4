"""`manage.py auth0_deploy`: plan what this site wants in its tenant, make it so, take it back."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from ...conf import conf
from ...deployment import Change, Plan, Step, Tenant, Wanted, apply, as_json, make_plan, make_removal, remove, wanted
from ...deployment.export import README, export
from ...deployment.plan import lacking
from ...deployment.tenant import WHERE
from ...exceptions import Auth0PasswordError, GatewayUnavailableError, SetUpRefusedError
from ..base import COULD_NOT_RUN, NEEDS_YOU
from ..base import Command as BaseCommand
from ..deployment_client import deployment_api, is_named

PENDING = "changes are pending: --{} makes them"
STYLES = {
    Change.CREATE: "SUCCESS",
    Change.CHANGE: "WARNING",
    Change.REMOVE: "ERROR",
    Change.REFUSED: "ERROR",
    Change.NOT_ON_PLAN: "WARNING",
}
DONE = {Change.CREATE: "created", Change.CHANGE: "changed", Change.REMOVE: "removed"}


class Command(BaseCommand):
    help = "Set up the tenant: Actions, form, log stream and what they need. By default it only says what it would do."
    examples = """\
  manage.py auth0_deploy                      what --apply would do
  manage.py auth0_deploy --apply              do it; may be cut off, and run again
  manage.py auth0_deploy --remove --dry-run   what would be taken back
  manage.py auth0_deploy --export auth0/      the same as a bundle for Auth0's deploy CLI
"""
    sleep: Callable[[float], None] = staticmethod(time.sleep)

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        mode = parser.add_mutually_exclusive_group()
        mode.add_argument("--plan", action="store_true", help="say what would be done (the default)")
        mode.add_argument("--apply", action="store_true", help="do it")
        mode.add_argument("--remove", action="store_true", help="take back what was deployed, and nothing else")
        mode.add_argument("--export", metavar="DIR", help="write a bundle for Auth0's deploy CLI")

    def handle(self, **options: Any) -> None:
        self.told: list[Step] = []
        try:
            self.run(wanted(), options)
        except KeyboardInterrupt:
            raise CommandError("stopped. What was done until then stays: run it again", returncode=NEEDS_YOU) from None
        except GatewayUnavailableError as error:
            words = f"{conf.DOMAIN} does not answer ({error}). What was done until then stays: run it again"
            raise CommandError(words, returncode=COULD_NOT_RUN) from error
        except (Auth0PasswordError, ImproperlyConfigured) as error:
            raise CommandError(f"could not run: {error}{where_to(error)}", returncode=COULD_NOT_RUN) from error

    def run(self, site: Wanted, options: dict[str, Any]) -> None:
        if options["export"]:
            self.export(site, Path(options["export"]), is_rehearsal=options["dry_run"])
            return
        plans, does = (make_removal, remove) if options["remove"] else (make_plan, apply)
        tenant = self.tenant()
        if options["dry_run"] or not (options["apply"] or options["remove"]):
            plan = plans(tenant, site)
            self.show(plan, "remove" if options["remove"] else "apply", lacking(tenant, plan.scopes))
        else:
            self.report(does(tenant, site, self.tell))

    def tenant(self) -> Tenant:
        return Tenant(deployment_api(sleep=self.sleep), self.sleep)

    def export(self, site: Wanted, directory: Path, *, is_rehearsal: bool) -> None:
        """With credentials in the environment what the triggers run now is read, and kept."""
        tenant = self.tenant() if is_named() else None
        bundle = export(directory, site, tenant, is_rehearsal=is_rehearsal)
        written = "would be written" if is_rehearsal else "written"
        lines = [f"{written}: {directory / path}" for path in bundle.files]
        lines += [f"keyword {name}: {source}" for name, source in bundle.keywords.items()]
        lines += [f"note: {note}" for note in bundle.notes]
        self.print([*lines, f"how it is imported: {directory / README}"], bundle.as_json())

    def show(self, plan: Plan, option: str, missing: list[str]) -> None:
        lines = [line for step in plan.steps for line in self.lines(step)]
        needs = [f"--{option} needs scopes that the deployment client lacks: {', '.join(missing)}"] if missing else []
        self.print([*lines, "", plan.summary(), *needs], {**plan.as_json(), "missing_scopes": missing})
        if plan.refused:
            raise CommandError("some of it would be refused", returncode=COULD_NOT_RUN)
        if plan.pending:
            raise CommandError(PENDING.format(option), returncode=NEEDS_YOU)

    def tell(self, step: Step) -> None:
        self.told.append(step)
        why = f" ({' '.join(step.details)})" if step.do is None and step.details else ""
        self.say(self.styled(step, f"{step.change.mark} {step.what} {DONE.get(step.change, step.change.value)}{why}"))

    def report(self, done: list[Step]) -> None:
        left = [as_json(step) for step in self.told if step not in done]
        words = f"done: {len(done)}" if done else "nothing to do"
        self.print([words], {"done": [as_json(step) for step in done], "left": left})
        if any(step.change is Change.NOT_ON_PLAN for step in done):
            raise CommandError("name what is not on this plan in DEPLOY['skip']", returncode=NEEDS_YOU)

    def lines(self, step: Step) -> list[str]:
        head = self.styled(step, f"{step.change.mark} {step.what}: {step.change.value}")
        if step.do is None and step.details:
            return [f"{head} ({' '.join(step.details)})"]
        return [head, *(f"    {self.shaded(line)}" for line in step.details)]

    def shaded(self, line: str) -> str:
        """A line of a diff, as diffs are coloured on a terminal."""
        style = {"+": self.style.SUCCESS, "-": self.style.ERROR}.get(line[:1])
        return style(line) if style and self.stdout.isatty() else line

    def styled(self, step: Step, text: str) -> str:
        """In colour on a terminal, and nowhere else."""
        style = getattr(self.style, STYLES.get(step.change, ""), None)
        return style(text) if style and self.stdout.isatty() else text


def where_to(error: Exception) -> str:
    """Where a scope is granted, if one is missing."""
    lacks = isinstance(error, SetUpRefusedError) and error.code == "insufficient_scope"
    return f" ({WHERE})" if lacks else ""
