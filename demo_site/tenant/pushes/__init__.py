"""What the tenant does by itself, a moment later: log streams, logout tokens, Actions after a change.

``enqueue(state, kind, payload)`` queues one push. Whoever has a kind of its own says once, when it is imported,
what becomes of it: ``register(kind, courier)``, or ``register_runner(kind, run)`` for what is only run.
"""

from demo_site.tenant.pushes.couriers import Outcome, Parcel, register, register_runner
from demo_site.tenant.pushes.queue import enqueue

__all__ = ["Outcome", "Parcel", "enqueue", "register", "register_runner"]
