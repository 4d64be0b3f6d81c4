"""``…/mfa-otp`` and ``…/mfa-recovery-code``: the second factor after ``mfa_required``."""

from __future__ import annotations

import hmac
from typing import TYPE_CHECKING

from demo_site.tenant import one_time_codes
from demo_site.tenant.clock import clock, iso
from demo_site.tenant.factors import OTP, RECOVERY_CODE
from demo_site.tenant.oidc import mfa_tokens, refresh_tokens, tokens
from demo_site.tenant.oidc.errors import invalid_grant
from demo_site.tenant.oidc.grants import after_login
from demo_site.tenant.oidc.grants.password import PROTOCOL
from demo_site.tenant.opaque import recovery_code
from demo_site.tenant.universal_login import mfa

if TYPE_CHECKING:
    from demo_site.tenant.oidc.grants.asking import Asking
    from demo_site.tenant.records import Json, MfaToken
    from demo_site.tenant.state import State
    from demo_site.tenant.views import Steps


def exchange_otp(asking: Asking, state: State) -> Steps[Json]:
    granted = mfa_tokens.found(state, asking.required("mfa_token"), asking.client)
    user = after_login.present(state, granted)
    code = asking.required("otp")
    if user.otp_secret is None or not one_time_codes.matches(user.otp_secret, code):
        raise invalid_grant("Invalid otp_code.")
    return (yield from _passed(asking, state, granted, OTP))


def exchange_recovery_code(asking: Asking, state: State) -> Steps[Json]:
    """The code is used up; the answer brings the next one."""
    granted = mfa_tokens.found(state, asking.required("mfa_token"), asking.client)
    user = after_login.present(state, granted)
    shown = "".join(asking.required("recovery_code").split()).upper()
    if user.recovery_code is None or not hmac.compare_digest(shown.encode(), user.recovery_code.encode()):
        raise invalid_grant("Invalid recovery_code.")
    user.recovery_code = recovery_code()
    answer = yield from _passed(asking, state, granted, RECOVERY_CODE)
    return answer | {"recovery_code": user.recovery_code}


def _passed(asking: Asking, state: State, granted: MfaToken, factor: str) -> Steps[Json]:
    del state.mfa_tokens[asking.params["mfa_token"]]
    granted.mfa_at = clock.now()
    granted.methods.append({"name": "mfa", "type": factor, "timestamp": iso(granted.mfa_at)})
    granted.claims = granted.claims | {"amr": ["mfa"], "acr": mfa.MULTI_FACTOR}
    yield from after_login.run(asking, state, granted, PROTOCOL, [*granted.passed, factor])
    return tokens.for_user(state, granted, asking.issuer) | refresh_tokens.first(state, granted, asking)
