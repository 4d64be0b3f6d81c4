"""The types of tenant logs that are written here: their filter categories, and what people call them.

From Auth0's schema of tenant logs, which has a folder per category.
"""

from __future__ import annotations

OTHER = "other"
CATEGORIES = {
    "auth.login.success": {"s": "Signed in"},
    "auth.login.fail": {
        "f": "Sign-in failed",
        "fp": "Wrong password",
        "fu": "Unknown address",
    },
    "auth.logout.success": {
        "slo": "Signed out",
        "oidc_backchannel_logout_succeeded": "Logout token accepted",
    },
    "auth.logout.fail": {
        "flo": "Sign-out refused",
        "oidc_backchannel_logout_failed": "Logout token not accepted",
    },
    "auth.signup.success": {"ss": "Signed up"},
    "auth.signup.fail": {"fs": "Sign-up failed"},
    "auth.silent_auth.success": {"ssa": "Signed in silently"},
    "auth.silent_auth.fail": {"fsa": "Silent sign-in failed"},
    "auth.token_exchange.success": {
        "seacft": "Code exchanged for tokens",
        "seccft": "Client credentials exchanged for a token",
        "sepft": "Password exchanged for tokens",
        "seotpft": "Password and one-time code exchanged for tokens",
        "seoobft": "Password and out-of-band code exchanged for tokens",
        "sercft": "Password and recovery code exchanged for tokens",
        "sertft": "Refresh token exchanged for tokens",
    },
    "auth.token_exchange.fail": {
        "feacft": "Code not exchanged",
        "feccft": "Client credentials not exchanged",
        "fepft": "Password not exchanged",
        "feotpft": "One-time code not exchanged",
        "feoobft": "Out-of-band code not exchanged",
        "fercft": "Recovery code not exchanged",
        "fertft": "Refresh token not exchanged",
        "ferrt": "Refresh token used twice",
    },
    "management.success": {"sapi": "Management API call"},
    "user.success": {
        "scp": "Password changed",
        "scpr": "Password reset asked for",
        "sce": "E-mail address changed",
        "scu": "Username changed",
        "sv": "E-mail address verified",
        "svr": "Verification mail asked for",
        "sdu": "User deleted",
        "sui": "Users imported",
        "my_account_authentication_method_succeeded": "Authentication method added",
    },
    "user.fail": {
        "fcp": "Password not changed",
        "fcpr": "Password reset asked for in vain",
        "fce": "E-mail address not changed",
        "fn": "Mail not sent",
        "fdu": "User not deleted",
        "my_account_authentication_method_failed": "Authentication method not added",
    },
    "user.notification": {
        "ublkdu": "Block lifted",
        "gd_enrollment_complete": "Second factor enrolled",
    },
    "system.notification": {
        "limit_wc": "Account blocked",
        "limit_mu": "Address blocked",
        "api_limit": "Rate limit reached",
        "fui": "Users not imported",
    },
    "actions": {"actions_execution_failed": "Action failed"},
    OTHER: {
        "pwd_leak": "Breached password at sign-in",
        "reset_pwd_leak": "Breached password at reset",
        "signup_pwd_leak": "Breached password at sign-up",
        "limit_sul": "Too many sign-ins of one user",
        "gd_auth_succeed": "Second factor passed",
        "gd_auth_failed": "Second factor failed",
        "gd_auth_rejected": "Second factor rejected",
        "gd_recovery_succeed": "Recovery code accepted",
        "gd_recovery_failed": "Recovery code not accepted",
        "mfar": "Second factor asked for",
    },
}
# Streams can be narrowed to these, also to the ones in which nothing is written here.
NAMES = {*CATEGORIES, "auth.login.notification", "management.fail", "scim.event"}
_CATEGORY = {code: name for name, codes in CATEGORIES.items() for code in codes}
_WORDS = {code: words for codes in CATEGORIES.values() for code, words in codes.items()}


def of(code: str) -> str:
    return _CATEGORY.get(code, OTHER)


def words(code: str) -> str:
    return _WORDS.get(code, code)
