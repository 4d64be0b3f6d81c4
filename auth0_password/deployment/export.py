"""`auth0_deploy --export`: write the bundle for Auth0's deploy CLI, and a README that says how it is imported."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from ..conf import conf
from ..exceptions import DeploymentError, GatewayError
from ..gateway import ConnectionOptions
from .bundle import TRIGGERS, Bindings, Bundle, make_bundle
from .parts.bindings import bindings as read_bindings
from .parts.bindings import name_of
from .parts.form import policy_of_connection
from .tenant import Tenant
from .wanted import INITIATORS, Wanted

README = "README.md"
UNKNOWN = ConnectionOptions(name="")
RUN = "a0deploy import --input_file ."
KEPT = """\
`triggers/triggers.json` has what the triggers ran when it was written, and these Actions last. An import replaces what
they run: export again where somebody has changed it since."""
UNREAD = """\
An import replaces what triggers run, which could not be read: the environment had no AUTH0_DEPLOY_CLIENT_ID and
AUTH0_DEPLOY_CLIENT_SECRET. Bind each Action last of its trigger (dashboard, Actions > Triggers):"""
TEXT = """\
# auth0_password, for Auth0's deploy CLI

Written by `manage.py auth0_deploy --export` for the tenant {tenant}. There is no secret in it.

## Values

Set these in the environment, or in `AUTH0_KEYWORD_REPLACE_MAPPINGS`, before the run that needs them.

| keyword | what it is |
| --- | --- |
{values}

## Import

With auth0-deploy-cli 8.44, and `AUTH0_DOMAIN`, `AUTH0_CLIENT_ID`, `AUTH0_CLIENT_SECRET` of a client that may do it.
What is named `auth0-password …` is overwritten. Never set `AUTH0_ALLOW_DELETE`: whatever is not here would be deleted.

```sh
{runs}
```

## Triggers

{triggers}

{actions}

## By hand

The CLI replaces lists whole, so what is in the tenant together with others' values is not here.
`manage.py auth0_deploy` says what of it is still to be done:

{by_hand}
"""


def export(directory: Path, wanted: Wanted, tenant: Tenant | None = None, *, is_rehearsal: bool = False) -> Bundle:
    """Write it into an empty or new directory. With `tenant` the triggers are in it, and others' Actions with them.

    A rehearsal writes nothing. Raises `DeploymentError`, and `GatewayError` where the tenant cannot be read.
    """
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise DeploymentError(f"{directory} is there already, and not an empty directory")
    policy = known_policy() if wanted.asks_for("form") else UNKNOWN
    bundle = make_bundle(wanted, policy, bindings_now(tenant, wanted) if tenant else None)
    bundle.files[README] = readme(bundle, wanted)
    for path, text in () if is_rehearsal else bundle.files.items():
        file = directory / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return bundle


def known_policy() -> ConnectionOptions:
    """A bundle can be written without a network. Then its form does not tell the rules."""
    try:
        return policy_of_connection()
    except GatewayError:
        return UNKNOWN


def bindings_now(tenant: Tenant, wanted: Wanted) -> Bindings:
    """The CLI knows Actions by their names."""
    return {
        trigger: [
            {"action_name": binding["action"]["name"], "display_name": name_of(binding)}
            for binding in read_bindings(tenant, trigger)
        ]
        for trigger in wanted.actions
    }


def readme(bundle: Bundle, wanted: Wanted) -> str:
    """What goes in, how, and what does not."""
    return TEXT.format(
        tenant=conf.DOMAIN.host,
        values="\n".join(f"| `{name}` | {source} |" for name, source in bundle.keywords.items()),
        runs="\n".join(f"AUTH0_INCLUDED_ONLY='{json.dumps(kinds)}' {RUN}" for kinds in bundle.imports),
        triggers=KEPT if TRIGGERS in bundle.files else UNREAD,
        actions="\n".join(f"- `{trigger}`: `{action.name}`" for trigger, action in wanted.actions.items()),
        by_hand="\n".join(f"- {line}" for line in by_hand(wanted)),
    )


def by_hand(wanted: Wanted) -> Iterator[str]:
    """What `auth0_deploy --apply` adds to what is there."""
    client = f"application `{wanted.login_client}`"
    scopes = " ".join(sorted(wanted.runtime_scopes))
    lines = {
        "scopes": f"Management API grant of `{wanted.runtime_client}`: the scopes `{scopes}`",
        "login-route": f"{client}: `initiate_login_uri` is `{wanted.login_route}`",
        "logout-url": f"{client}: `allowed_logout_urls` has `{wanted.logout_url}`",
        "ip-header": f"{client}: `is_token_endpoint_ip_header_trusted` is true",
        "back-channel-logout": f"{client}: back-channel logout to `{wanted.back_channel_logout}`, initiators "
        + ", ".join(f"`{name}`" for name in INITIATORS),
        "instructions-url": f"tenant settings: `allowed_logout_urls` has `{wanted.instructions}`",
    }
    return (line for part, line in lines.items() if wanted.asks_for(part))
