"""Which scopes of the deployment client a question needs: for making, looking, and removing what was made."""

from __future__ import annotations

from .things import ACTION, CLIENT, FLOW, FORM, STREAM, USER, VAULT

USERS = USER.needs
PASSWORDS = USERS | {"update:users"}
LINKS = USERS | {"create:user_tickets"}
LOGS = frozenset({"read:logs"})
MACHINES = CLIENT.needs | {"create:client_grants"}
SIGN_INS = USERS | CLIENT.needs | {"read:connections", "update:connections"}
ACTIONS = ACTION.needs | {"update:actions"}
FORMS = ACTIONS | SIGN_INS | MACHINES | FORM.needs | FLOW.needs | VAULT.needs
STREAMS = STREAM.needs
