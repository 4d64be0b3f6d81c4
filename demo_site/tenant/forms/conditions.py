"""Conditions of routers and flows: operators and operands, nested."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from demo_site.tenant.forms.failures import FlowError
from demo_site.tenant.forms.functions import MISSING, number, text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from demo_site.tenant.forms.variables import Scope

# The two whose codes are known from exported forms; a status of 200 equals "200" there.
KNOWN = ("AND", "EQ")
GROUPS: dict[str, Callable[[Any], bool]] = {"AND": all, "OR": any}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "EQ": lambda one, other: text(one) == text(other),
    "NEQ": lambda one, other: text(one) != text(other),
    "GT": lambda one, other: number(one) > number(other),
    "GTE": lambda one, other: number(one) >= number(other),
    "LT": lambda one, other: number(one) < number(other),
    "LTE": lambda one, other: number(one) <= number(other),
    "EXISTS": lambda one, _other: one is not MISSING,
}


def holds(condition: Any, scope: Scope, allowed: Collection[str]) -> bool:
    """``allowed``: operators beside the known ones."""
    if not isinstance(condition, dict) or not isinstance(condition.get("operands"), list):
        raise FlowError("a condition has no operands")
    operator, operands = condition.get("operator"), condition["operands"]
    if operator not in (*KNOWN, *allowed):
        raise FlowError(f"the operator {operator} is not known")
    if operator in GROUPS:
        return GROUPS[operator](holds(item, scope, allowed) for item in operands)
    one, other, *_ = [*map(scope.filled, operands), MISSING, MISSING]
    try:
        return COMPARISONS[operator](one, other)
    except ValueError:
        return False
