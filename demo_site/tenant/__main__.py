"""Run the local tenant: ``python -m demo_site.tenant --port 8001``."""

from __future__ import annotations

import argparse
import ast
import gc
import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

DEMO_SEED = Path(__file__).resolve().parents[1] / "seed.json"
LOOPBACK = "127.0.0.1"
CHECKOUT = Path(__file__).resolve().parents[2]
OFF = {"0", "false", "no", "off"}
HAS_DEBUG = "import sys; from django.conf import settings; sys.exit(not settings.DEBUG)"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m demo_site.tenant",
        description="A stand-in for an Auth0 tenant, on this machine only. Never for production.",
        epilog="example: python -m demo_site.tenant --port 8001 --state tenant-state.json",
    )
    parser.add_argument("--port", type=int, default=8001, help="0 picks a free one (default: 8001)")
    parser.add_argument("--host", default=LOOPBACK, help=f"only {LOOPBACK} is accepted")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the state in this file over restarts")
    parser.add_argument("--seed", type=Path, default=DEMO_SEED, metavar="FILE", help="begin with this seed")
    parser.add_argument(
        "--custom-domain",
        metavar="HOST[:PORT]",
        help="a second name of this process, localhost or below it (also a key of the seed)",
    )
    parser.add_argument(
        "--loopback-login-route",
        action="store_true",
        help="allow http and localhost in initiate_login_uri, which Auth0 refuses",
    )
    parser.add_argument(
        "--tls", action="store_true", help="serve https, and print the file of certificates that clients must trust"
    )
    return checked(parser, parser.parse_args())


def checked(parser: argparse.ArgumentParser, chosen: argparse.Namespace) -> argparse.Namespace:
    if chosen.host != LOOPBACK:
        parser.error(f"the local tenant listens on {LOOPBACK} only, never on {chosen.host}")
    return chosen


def why_not_here() -> str:
    """What says that a site is served in earnest from these surroundings; empty where nothing does."""
    for name in ("DEBUG", "DJANGO_DEBUG"):
        if os.environ.get(name, "").strip().lower() in OFF:
            return f"{name}={os.environ[name]} in the environment; unset {name}"
    site = os.environ.get("DJANGO_SETTINGS_MODULE", "")
    if site and is_production(site):
        return f"DEBUG is off in the settings {site}, or they cannot be read; unset DJANGO_SETTINGS_MODULE"
    return ""


def is_production(settings: str) -> bool:
    """Whether DEBUG is off in a settings module. A plain last word about it decides; other ones are run to find out,
    in a process of their own, except this checkout's. A name that leads nowhere is no site's."""
    try:
        spec = importlib.util.find_spec(settings)
    except (ImportError, ValueError):
        return False
    except Exception:  # noqa: BLE001 - a package of theirs around it, which wants what is not here
        return True
    if spec is None or spec.origin is None:
        return False
    said = last_word(Path(spec.origin))
    if said is not None:
        return not said
    if Path(spec.origin).resolve().is_relative_to(CHECKOUT):
        return False
    command = [sys.executable, "-c", HAS_DEBUG]
    return subprocess.run(command, capture_output=True, check=False).returncode != 0  # noqa: S603 - our own line


def last_word(path: Path) -> bool | None:
    """What a settings file says of DEBUG last; None where that is not a plain True or False."""
    said = None
    try:
        lines = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return None
    for line in lines:
        if isinstance(line, ast.ImportFrom) and line.names[0].name == "*":
            said = None
        elif any(isinstance(node, ast.Name) and node.id == "DEBUG" and is_set(node) for node in ast.walk(line)):
            value = line.value if isinstance(line, ast.Assign | ast.AnnAssign) else None
            said = value.value is True if isinstance(value, ast.Constant) else None
    return said


def is_set(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Store)


def refused(why: str) -> int:
    print(f"local tenant: {why}", file=sys.stderr)
    return 2


def main() -> int:
    chosen = arguments()
    if reason := why_not_here():
        return refused(f"it is for trying things out, never beside a site in production: {reason}")
    # Nothing that is loaded now goes away again: looking for it is a tenth of the start.
    gc.disable()
    # Its own settings, whatever the shell or the site's process has set.
    os.environ["DJANGO_SETTINGS_MODULE"] = "demo_site.tenant.settings"
    from demo_site.tenant.seed import SeedError  # noqa: PLC0415 - needs the settings above
    from demo_site.tenant.server import serve  # noqa: PLC0415

    try:
        seed = json.loads(chosen.seed.read_text(encoding="utf-8"))
        if chosen.custom_domain:
            seed["custom_domain"] = chosen.custom_domain
        address = (chosen.host, chosen.port)
        serve(address, seed, chosen.state, loopback_login_route=chosen.loopback_login_route, https=chosen.tls)
    except (SeedError, OSError, ValueError) as error:
        return refused(str(error))
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
