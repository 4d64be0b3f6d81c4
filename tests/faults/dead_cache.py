"""A cache whose server is gone."""

from __future__ import annotations

from django.core.cache.backends.base import BaseCache


class DeadCache(BaseCache):
    def __init__(self, _location, params) -> None:
        super().__init__(params)

    def _gone(self, *_args, **_options):
        raise ConnectionError("the cache is gone")

    get = set = add = touch = delete = clear = incr = decr = has_key = _gone
    get_many = set_many = delete_many = get_or_set = _gone
