"""Looks over site and tenant, and changes nothing: what is missing, dangerous, or merely not on this plan."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import ImproperlyConfigured
from django.db import Error
from django.urls import NoReverseMatch

from ...exceptions import DeploymentError, GatewayError, GatewayUnavailableError
from . import (
    actions,
    connection,
    credentials,
    log_stream,
    login_client,
    mails,
    other_actions,
    site,
    tenant,
    webhooks,
    work,
)
from .findings import Check, Finding, Level, Report, Verdict
from .patient import CannotLookError, NotOnThisPlanError, Patient

__all__ = ["AREAS", "CHECKS", "Finding", "Level", "Patient", "Report", "examine"]

AREAS = {
    "site": "This site",
    "tenant": "The tenant",
    "credentials": "Clients of the Management API",
    "login_client": "The login client",
    "connection": "The database connection",
    "actions": "Actions",
    "mails": "Mails of the tenant",
    "log_stream": "The log stream",
    "webhooks": "What the tenant sends to this site",
    "work": "Work and pushes",
}
"""In the order in which they are shown."""

ROOMS = (
    site, tenant, credentials, login_client, connection, actions, other_actions, mails, log_stream, webhooks, work,
)  # fmt: skip
CHECKS: tuple[Check, ...] = tuple(check for room in ROOMS for check in room.CHECKS)

ODD = (AttributeError, KeyError, TypeError, ValueError)
"""What reading an answer of another shape raises."""

FAILURES = (GatewayError, ImproperlyConfigured, NoReverseMatch, ImportError, Error, *ODD)


def examine(patient: Patient, tell: Callable[[str], None] = lambda _asks: None) -> Report:
    """Do every check; `tell` hears what is looked at next. Raises nothing of Auth0's, nor of the database's."""
    found = []
    for check in CHECKS:
        tell(check.asks)
        finding = judged(check, patient)
        if finding:
            found.append(finding)
    return Report(tuple(found))


def judged(check: Check, patient: Patient) -> Finding | None:
    """What came of it, whatever happens on the way. Answers are taken as they come: they may have any shape."""
    try:
        verdict = check.judge(patient)
    except CannotLookError as error:
        return Finding.unseen(check, f"needs the scope {error}", scope=str(error))
    except NotOnThisPlanError:
        verdict = Verdict(Level.NOT_ON_THIS_PLAN, check.asks)
    except DeploymentError as error:
        verdict = Verdict(Level.ERROR, f"{check.asks}: {error}", "See auth0_deploy --plan.")
    except FAILURES as error:
        return Finding.unseen(check, reason(error))
    return Finding.of(check, verdict) if verdict else None


def reason(error: Exception) -> str:
    """Why nobody could look, in words that hold nothing of an answer's."""
    if isinstance(error, GatewayUnavailableError):
        return f"Auth0 does not answer ({error})"
    if isinstance(error, Error):
        return f"the database does not answer ({type(error).__name__})"
    if isinstance(error, (GatewayError, ImproperlyConfigured, NoReverseMatch, ImportError)):
        return str(error)
    return f"an answer that is not understood ({type(error).__name__})"
