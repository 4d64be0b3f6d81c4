"""`manage.py require_password_reset`: rehearse, then require a new password of exactly those."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.base import CommandError, CommandParser
from django.db import Error
from django.db.models import Count, Q, QuerySet

from ...exceptions import Auth0PasswordError, RehearsalGoneError
from ...models import CampaignStatus, Reason, ResetCampaign, Status, Tell
from ...services import confirm, rehearse_reset
from ...services.campaigns import leaves_no_superuser
from ..base import COULD_NOT_RUN, NEEDS_YOU, wrong_use
from ..base import Command as BaseCommand
from ..people import add_who, by_of, moment, named

REASONS = [value for value in Reason.values if value != Reason.TENANT]


class Command(BaseCommand):
    help = "Require a new password of users. --dry-run only rehearses it; --resume confirms that, or goes on."
    examples = """\
  manage.py require_password_reset --everybody --reason breach --dry-run
  manage.py require_password_reset --resume 7c9e6679-7425-40de-944b-e07fc1f90ae7
  manage.py require_password_reset --csv leaked.csv --reason breach --tell mail --by grace
  manage.py require_password_reset --everybody --changed-before 2025-01-01 --reason policy --enforce-from 2026-12-01
"""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        add_who(parser)
        parser.add_argument(
            "--changed-before",
            type=moment,
            metavar="DATE",
            help="of these only who has had no new password since then",
        )
        parser.add_argument("--reason", choices=REASONS, default=Reason.ADMINISTRATOR.value)
        parser.add_argument("--message", default="", help="shown to the users")
        parser.add_argument("--enforce-from", type=moment, metavar="TIME", help="when it begins to block (at once)")
        parser.add_argument("--tell", choices=Tell.values, default=Tell.NONE.value, help="how they learn of it (none)")
        parser.add_argument("--by", metavar="USERNAME", help="who decided it")
        parser.add_argument("--resume", metavar="CAMPAIGN", help="confirm a rehearsal, or go on where it was cut off")

    def handle(self, **options: Any) -> None:
        try:
            unknown = self.run(options)
        except RehearsalGoneError as error:
            raise wrong_use(str(error)) from error
        except (Error, ImproperlyConfigured, Auth0PasswordError) as error:
            raise CommandError(f"could not run: {error}", returncode=COULD_NOT_RUN) from error
        if unknown:
            raise CommandError(f"nobody here is called: {', '.join(unknown)}", returncode=NEEDS_YOU)

    def run(self, options: dict[str, Any]) -> list[str]:
        """Do it. Returns the names that nobody has."""
        by, unknown = by_of(options["by"]), []
        if options["resume"]:
            campaign = campaign_of(options["resume"])
            by = by or campaign.by
        else:
            who = named(options)
            campaign, unknown = self.rehearse(who.users, by, options), who.unknown
        if not options["dry_run"]:
            self.say(f"campaign {campaign.uuid}; should this be cut off, --resume it")
            self.confirm(campaign, by)
        self.report(campaign, unknown)
        return unknown

    def rehearse(self, users: QuerySet[Any], by: Any, options: dict[str, Any]) -> ResetCampaign:
        if options["changed_before"]:
            users = older(users, options["changed_before"])
        self.progress("rehearsing")
        said = {name: options[name] for name in ("reason", "message", "enforce_from", "tell")}
        return rehearse_reset(users, by=by, **said)

    def confirm(self, campaign: ResetCampaign, by: Any) -> None:
        total, done = campaign.requirements.filter(status=Status.DRAFT).count(), 0

        def tell() -> bool:
            nonlocal done
            self.progress(f"{done} of {total}")
            done += 1
            return False

        confirm(campaign, by=by, enough=tell)

    def report(self, campaign: ResetCampaign, unknown: list[str]) -> None:
        counts = dict(campaign.requirements.order_by("status").values_list("status").annotate(Count("pk")))
        rows = campaign.requirements.filter(status=Status.SKIPPED).order_by("skip_reason")
        skipped = dict(rows.values_list("skip_reason").annotate(Count("pk")))
        data = {
            "campaign": campaign.uuid,
            "status": campaign.status,
            "would_be_required": counts.get(Status.DRAFT, 0),
            "required": counts.get(Status.OPEN, 0),
            "skipped": skipped,
            "unknown": unknown,
        }
        self.print(lines_about(campaign, data), data)


def lines_about(campaign: ResetCampaign, data: dict[str, Any]) -> list[str]:
    skipped = [f"skipped, {why}: {count}" for why, count in data["skipped"].items()]
    if campaign.status != CampaignStatus.DRAFT:
        return [f"required of: {data['required']}", *skipped]
    careful = ["careful: all superusers are among them"] if leaves_no_superuser(campaign) else []
    return [
        f"rehearsal {campaign.uuid}: nothing has been required yet",
        f"would be required of: {data['would_be_required']}",
        *skipped,
        *careful,
        f"within a day: manage.py require_password_reset --resume {campaign.uuid}",
    ]


def older(users: QuerySet[Any], day: datetime) -> QuerySet[Any]:
    """Those without a new password since that day, as far as this site knows."""
    never = Q(password_state=None) | Q(password_state__changed_at=None)
    return users.filter(never | Q(password_state__changed_at__lt=day))


def campaign_of(uuid: str) -> ResetCampaign:
    try:
        return ResetCampaign.objects.get(uuid=uuid)
    except (ResetCampaign.DoesNotExist, ValidationError):
        raise wrong_use(f"there is no campaign {uuid}") from None
