"""JSON that somebody has sent, and that nothing further on can stumble over."""

from __future__ import annotations

import json
import math
from typing import Any

MOST_LEVELS = 64


def parsed(text: bytes | str) -> Any:
    """Raises ``ValueError`` for what is no JSON, no number or no text, and for what is nested too deep."""
    try:
        value = json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError as error:
        raise ValueError("nested too deep") from error
    _check(value)
    return value


def _no_number(text: str) -> float:
    """JSON has neither NaN nor Infinity."""
    raise ValueError(text)


def _finite(text: str) -> float:
    number = float(text)
    return number if math.isfinite(number) else _no_number(text)


def _check(value: Any) -> None:
    """Level by level; half a character (a lone surrogate) cannot be encoded, which is a ``ValueError`` too."""
    level = [value]
    for _depth in range(MOST_LEVELS):
        for item in level:
            if isinstance(item, str):
                item.encode()
        level = [child for item in level for child in _children(item)]
        if not level:
            return
    raise ValueError("nested too deep")


def _children(item: Any) -> list[Any]:
    if isinstance(item, dict):
        return [*item, *item.values()]
    return item if isinstance(item, list) else []
