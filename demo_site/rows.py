"""What there is to try beside the people's stories: what the Actions do that `manage.py demo` deploys."""

from __future__ import annotations

from dataclasses import dataclass

from auth0_password.conf import conf

VERIFIER = "auth0_password.services.verifiers.ActiveHere"


@dataclass(frozen=True)
class Row:
    """`start`: the environment that it takes, as `make demo` is told; empty for what is there by itself, as long as
    the setting that it `needs` is not emptied."""

    name: str
    start: str
    words: str
    needs: str = ""

    @property
    def is_on(self) -> bool:
        """Whether this demonstration was started so."""
        setting, _, value = self.start.partition("=")
        if setting:
            return (getattr(conf, setting) or "") == value
        return not self.needs or bool(getattr(conf, self.needs))

    @property
    def command(self) -> str:
        return f"{self.start} make demo".lstrip()


ROWS = (
    Row(
        "C4a",
        "",
        "As Alice, press “Change password”: she signs in again, and the tenant hands her over, signed.",
        needs="HANDOVER_SECRET",
    ),
    Row("C4b", "HANDOVER_SECRET=", "The same without the Action: this site sees to it that she has signed in again."),
    Row("P1", "", "As Alice in two browsers, change it in one: the tenant reports it, and the other is signed out."),
    Row("R1", "", "As Dave, choose a new password by a link: the tenant asks for his second factor first."),
    Row("R1", f"RESET_VERIFIER={VERIFIER}", "Every link for a new password leads past a page of this site first."),
    Row("F1", "FORCE_AT=deny", "As Bob, sign in: the tenant lets him in nowhere, and this site says what to do."),
    Row("F1", "FORCE_AT=mail", "As Bob, sign in: the tenant has mailed him a link already, and signs him out."),
    Row("F2", "FORCE_AT=form", "As Bob, sign in: he chooses his own password there, and is in."),
)
