"""Where a run of a trigger comes to."""

from __future__ import annotations

from dataclasses import dataclass

DONE, DENIED, FAILED, REDIRECT, CHALLENGE, FORM = "done", "denied", "failed", "redirect", "challenge", "form"


@dataclass(frozen=True)
class End:
    """``words``: why it was denied or failed; ``url``: where a redirect goes."""

    kind: str
    words: str = ""
    url: str = ""

    @property
    def is_refused(self) -> bool:
        return self.kind in (DENIED, FAILED)

    @property
    def waits(self) -> bool:
        return self.kind in (REDIRECT, CHALLENGE, FORM)


GOES_ON = End(DONE)
ASKS = End(CHALLENGE)
SHOWS_FORM = End(FORM)
# After these the same Action goes on.
CONTINUED = (REDIRECT, FORM)
