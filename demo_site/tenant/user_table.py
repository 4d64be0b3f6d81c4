"""All users: by id, by address and by username; and what the search index has not noticed yet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from demo_site.tenant.records import Json, User, identity_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Name = tuple[str, ...]


class Replaced(NamedTuple):
    """``before`` was true until ``at``; none where there was no such user."""

    at: float
    before: Json | None


class Users(dict[str, User]):
    """Whoever is asked for by name or id may be changed by the asker: ``settle`` sees what became of them."""

    def __init__(self, users: Mapping[str, User] | None = None) -> None:
        super().__init__(users or {})
        self._known_as: dict[Name, dict[str, None]] = {}
        self._names: dict[str, tuple[Name, ...]] = {}
        self._lent: dict[str, Json | None] = {}
        self._replaced: dict[str, list[Replaced]] = {}
        for user_id, user in self.items():
            self._file(user_id, user)

    def __getitem__(self, user_id: str) -> User:
        user = super().__getitem__(user_id)
        self._lend(user_id, user)
        return user

    def get(self, user_id: str, default: User | None = None) -> User | None:  # type: ignore[override]
        user = super().get(user_id)
        if user is None:
            return default
        self._lend(user_id, user)
        return user

    def __setitem__(self, user_id: str, user: User) -> None:
        self._lend(user_id, super().get(user_id))
        super().__setitem__(user_id, user)
        self._file(user_id, user)

    def __delitem__(self, user_id: str) -> None:
        self._lend(user_id, super().__getitem__(user_id))
        super().__delitem__(user_id)
        self._file(user_id, None)

    def known_as(self, *name: str) -> list[User]:
        return [self[user_id] for user_id in self._known_as.get(name, ())]

    def settle(self, now: float, noticed: float) -> None:
        """After a change: file anew whoever is different, and keep the old profile for the index of then."""
        for user_id, before in self._lent.items():
            user = super().get(user_id)
            if before != (user.profile if user else None):
                earlier = [item for item in self._replaced.get(user_id, ()) if item.at > noticed]
                self._replaced[user_id] = [*earlier, Replaced(now, before)]
                self._file(user_id, user)
        self._lent.clear()

    def as_of(self, noticed: float) -> Iterator[Json]:
        """Every profile as an index shows it that has noticed what happened until then."""
        late = {user_id: [item for item in items if item.at > noticed] for user_id, items in self._replaced.items()}
        self._replaced = {user_id: items for user_id, items in late.items() if items}
        for user_id, user in self.items():
            if user_id not in self._replaced:
                yield user.profile
        yield from (items[0].before for items in self._replaced.values() if items[0].before)

    def _lend(self, user_id: str, user: User | None) -> None:
        if user_id not in self._lent:
            self._lent[user_id] = json.loads(json.dumps(user.profile)) if user else None

    def _file(self, user_id: str, user: User | None) -> None:
        names = tuple(_names(user)) if user else ()
        if names == self._names.get(user_id, ()):
            return
        for name in self._names.pop(user_id, ()):
            del self._known_as[name][user_id]
        if names:
            self._names[user_id] = names
        for name in names:
            self._known_as.setdefault(name, {})[user_id] = None


def _names(user: User) -> set[Name]:
    """What somebody is looked up by: the address as stored, and per connection address, username and identity."""
    names: set[Name] = {("email", user.email)} if user.email else set()
    for identity in user.identities:
        names.add(("identity", identity_id(identity)))
        address, username = user.address_of(identity), user.profile.get("username")
        if address:
            names.add(("address", identity["connection"], address.lower()))
        if username:
            names.add(("username", identity["connection"], username))
    return names
