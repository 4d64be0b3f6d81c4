"""The one running tenant: its state behind a lock, its keys, and the state file."""

from __future__ import annotations

import json
from contextlib import contextmanager
from threading import RLock
from typing import TYPE_CHECKING

from demo_site.tenant import keys, seed
from demo_site.tenant.clock import clock
from demo_site.tenant.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from demo_site.tenant.keys import SigningKey
    from demo_site.tenant.records import Json


class Store:
    """Everything a restart must bring back, and what the process was started with."""

    def __init__(self) -> None:
        self.lock = RLock()
        self.state = State()
        self.signing_keys: list[SigningKey] = []
        self.base_url = ""
        self.loopback_login_route = False
        # What the clock makes due is done before anybody looks.
        self.chores: list[Callable[[State], None]] = []
        self._first_seed: Json = {}
        self._path: Path | None = None
        self._written = ""

    @property
    def management_audience(self) -> str:
        """The canonical host's, whatever name is used."""
        return f"{self.base_url}/api/v2/"

    @property
    def scheme(self) -> str:
        return self.base_url.partition(":")[0]

    @property
    def port(self) -> int:
        return int(self.base_url.rsplit(":", 1)[1])

    def open(self, first_seed: Json, path: Path | None, fresh_key: Callable[[], SigningKey]) -> None:
        """Take up the state file if there is one, else begin from the seed, with a fresh key."""
        self._first_seed, self._path = first_seed, path
        seeded = seed.planted(first_seed)
        if path and path.exists():
            self._load(path)
            self.state.custom_domain = seeded.custom_domain or self.state.custom_domain
        else:
            self.state = seeded
            self.signing_keys = [fresh_key()]
            self._save()

    @contextmanager
    def look(self) -> Iterator[State]:
        """The state, alone with it, for whoever changes nothing."""
        with self.lock:
            for chore in self.chores:
                chore(self.state)
            yield self.state

    @contextmanager
    def change(self) -> Iterator[State]:
        """The state, alone with it; what changed is in the state file before anybody hears of it."""
        with self.look() as state:
            try:
                yield state
            finally:
                self.state.settle(clock.now())
                self._save()

    def reset(self) -> None:
        """Back to the seed given at the start, and to the real time."""
        clock.offset = 0.0
        self.plant(self._first_seed)

    def plant(self, wanted: Json) -> None:
        seeded = seed.planted(wanted)
        with self.change():
            self.state = seeded

    def move_clock(self, offset: float) -> None:
        with self.change():
            clock.offset = offset

    def rotate_keys(self) -> None:
        """The new key signs; the old ones stay published, so what they signed stays valid."""
        with self.change():
            self.signing_keys.insert(0, keys.generate())

    def _load(self, path: Path) -> None:
        data = json.loads(path.read_text(encoding="utf-8"))
        clock.offset = float(data["clock_offset"])
        self.signing_keys = [keys.SigningKey(**key) for key in data["signing_keys"]]
        self.state = State.from_json(data["state"])

    def _save(self) -> None:
        if self._path is None:
            return
        signing_keys = [{"kid": key.kid, "pem": key.pem} for key in self.signing_keys]
        data = {
            "clock_offset": clock.offset,
            "signing_keys": signing_keys,
            "state": self.state.to_json(),
        }
        text = json.dumps(data)
        if text != self._written:
            _replace(self._path, text)
            self._written = text


def _replace(path: Path, text: str) -> None:
    """Whole or not at all: a process killed while writing leaves the older file."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


store = Store()
