"""What the local tenant costs, beside `@simulacrum/auth0-simulator` where npm is there: `make bench`.

    python tests/benchmarks/tenants.py [--sign-ins 200] [--starts 5] [--output build/bench.json]

A start is from the process to its first answer. A sign-in is /authorize, the page, the credentials, the callback and
the token, by a new person over one kept connection. All take turns in one run, so that a busy machine slows all.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.contestants import ALICE, Contestant, Visitor, contestants  # noqa: E402
from tests.support.tenant import LocalTenant, demo_seed  # noqa: E402

WARM_UP = 20
MANY = 10_000


def measure_starts(measured: list[Contestant], times: int) -> None:
    for one in measured:
        with one.run():
            pass
    for _ in range(times):
        for one in measured:
            began = time.perf_counter()
            with one.run() as connection:
                Visitor(connection).ask("GET", "/.well-known/jwks.json")
                one.starts.append(time.perf_counter() - began)


def measure_sign_ins(measured: list[Contestant], times: int) -> None:
    dice = random.Random(times)  # noqa: S311 - an order, no secret
    with ExitStack() as running:
        connections = {one.name: running.enter_context(one.run()) for one in measured}
        for one in measured * WARM_UP:
            one.sign_in(Visitor(connections[one.name]))
        for _ in range(times):
            for one in dice.sample(measured, len(measured)):
                began = time.perf_counter()
                one.sign_in(Visitor(connections[one.name]))
                one.sign_ins.append(time.perf_counter() - began)


def measure_many() -> tuple[float, float]:
    """Seconds to plant many users, and how many megabytes they take."""
    seed = demo_seed()
    person = next(user for user in seed["users"] if user["email"] == ALICE)
    several = {name: person[name] for name in ("password", "connection", "email_verified")}
    seed["users"] = [person, *({**several, "email": f"reader{number}@example.net"} for number in range(MANY))]
    with LocalTenant.start() as tenant:
        before = megabytes(tenant.process.pid)
        began = time.perf_counter()
        tenant.seed(seed)
        taken = time.perf_counter() - began
        return taken, megabytes(tenant.process.pid) - before


def megabytes(process: int) -> float:
    """Of memory, where the system says it."""
    status = Path(f"/proc/{process}/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def report(measured: list[Contestant], planted: tuple[float, float]) -> dict[str, float]:
    """Print the table and return the figures."""
    figures = {f"tenant_seed_{MANY}_s": round(planted[0], 2), f"tenant_{MANY}_users_mb": round(planted[1])}
    sys.stdout.write(f"{'tenant':35} {'start s':>9} {'sign-in ms':>11}\n")
    for one in measured:
        start = statistics.median(one.starts) if one.starts else None
        sign_in = statistics.median(one.sign_ins) * 1e3
        sys.stdout.write(f"  {one.name:33} {f'{start:9.2f}' if start else '':>9} {sign_in:11.1f}\n")
        figures[f"{one.name}_sign_in_ms"] = round(sign_in, 2)
        figures |= {f"{one.name}_start_s": round(start, 3)} if start else {}
    action = figures["tenant_action_sign_in_ms"] - figures["tenant_sign_in_ms"]
    figures["tenant_action_adds_ms"] = round(action, 2)
    sys.stdout.write(f"  an Action adds {action:.1f} ms; {MANY} users: {planted[0]:.1f} s, {planted[1]:.0f} MB\n")
    return figures


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sign-ins", type=int, default=200, help="of each")
    parser.add_argument("--starts", type=int, default=5, help="of each")
    parser.add_argument("--output", type=Path, default=ROOT / "build" / "bench.json", help="where figures are added")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # no other program would be compiled anew for each start
    with tempfile.TemporaryDirectory() as directory:
        measured = contestants(Path(directory))
        measure_starts([one for one in measured if one.name != "tenant_action"], options.starts)
        measure_sign_ins(measured, options.sign_ins)
    figures = report(measured, measure_many())
    output: Path = options.output
    earlier = json.loads(output.read_text(encoding="utf-8")) if output.exists() else {}
    output.parent.mkdir(exist_ok=True)
    output.write_text(json.dumps(earlier | figures, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
