"""What keeps a form from going on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from demo_site.tenant.records import Json

# Auth0's words for a flow that fails are not known.
FLOW_FAILED = "Something went wrong, please try again later"


class FormError(Exception):
    """The form itself is at fault: there is nothing to show."""


class FlowError(Exception):
    """A flow's own fault. ``words`` are shown to the person where the flow has some, the reason to developers."""

    def __init__(self, reason: str = "", words: str = FLOW_FAILED) -> None:
        super().__init__(reason or words)
        self.reason = reason
        self.words = words


@dataclass(frozen=True)
class Mistakes:
    """What a step says when it is shown again: above it, and beside its fields. ``reason`` is for developers."""

    words: str = ""
    reason: str = ""
    fields: Json = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.words or self.fields)


NONE = Mistakes()
