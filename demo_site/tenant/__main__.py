"""Run the local tenant: ``python -m demo_site.tenant --port 8001``."""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

DEMO_SEED = Path(__file__).resolve().parents[1] / "seed.json"
LOOPBACK = "127.0.0.1"


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
    chosen = parser.parse_args()
    if chosen.host != LOOPBACK:
        parser.error(f"the local tenant listens on {LOOPBACK} only, never on {chosen.host}")
    return chosen


def main() -> int:
    chosen = arguments()
    # Its own settings, whatever the shell or the site's process has set.
    os.environ["DJANGO_SETTINGS_MODULE"] = "demo_site.tenant.settings"
    from demo_site.tenant.seed import SeedError  # noqa: PLC0415 - needs the settings above
    from demo_site.tenant.server import serve  # noqa: PLC0415

    try:
        seed = json.loads(chosen.seed.read_text(encoding="utf-8"))
        if chosen.custom_domain:
            seed["custom_domain"] = chosen.custom_domain
        serve(chosen.host, chosen.port, seed, chosen.state, loopback_login_route=chosen.loopback_login_route)
    except (SeedError, OSError, ValueError) as error:
        print(f"local tenant: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        pass
    return 0


if __name__ == "__main__":
    sys.exit(main())
