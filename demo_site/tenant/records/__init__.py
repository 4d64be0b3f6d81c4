"""What a tenant remembers: plain records that can be written to the state file as JSON."""

from __future__ import annotations

from demo_site.tenant.records.actions import Action, ActionVersion, Binding, Execution, Run
from demo_site.tenant.records.applications import Client, Connection
from demo_site.tenant.records.attacks import AttackProtection, LoginFailures, Unblocking
from demo_site.tenant.records.grants import (
    AccessToken,
    Code,
    Enrolment,
    Granted,
    MfaToken,
    RefreshToken,
    ResourceServer,
)
from demo_site.tenant.records.logs import Log, LogStream, Push, PushSettings
from demo_site.tenant.records.management import Document, Job, Verification
from demo_site.tenant.records.messages import Mail, Ticket
from demo_site.tenant.records.notation import Json
from demo_site.tenant.records.people import Organization, User, identity_id
from demo_site.tenant.records.sign_ins import Session, Transaction

__all__ = [
    "AccessToken",
    "Action",
    "ActionVersion",
    "AttackProtection",
    "Binding",
    "Client",
    "Code",
    "Connection",
    "Document",
    "Enrolment",
    "Execution",
    "Granted",
    "Job",
    "Json",
    "Log",
    "LogStream",
    "LoginFailures",
    "Mail",
    "MfaToken",
    "Organization",
    "Push",
    "PushSettings",
    "RefreshToken",
    "ResourceServer",
    "Run",
    "Session",
    "Ticket",
    "Transaction",
    "Unblocking",
    "User",
    "Verification",
    "identity_id",
]
