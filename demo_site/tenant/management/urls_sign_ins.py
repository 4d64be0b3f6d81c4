"""Addresses under /api/v2/ of sessions, refresh tokens, blocks and attack protection."""

from django.urls import path, re_path

from demo_site.tenant.management import attack_protection, refresh_tokens, sessions, user_blocks
from demo_site.tenant.management.access import by_method

urlpatterns = [
    path("users/<str:user_id>/sessions", by_method(GET=sessions.read_of_user, DELETE=sessions.delete_of_user)),
    path(
        "users/<str:user_id>/refresh-tokens",
        by_method(GET=refresh_tokens.read_of_user, DELETE=refresh_tokens.delete_of_user),
    ),
    path("users/<str:user_id>/revoke-access", sessions.revoke_access),
    path("sessions/<str:session_id>", by_method(GET=sessions.read, DELETE=sessions.delete)),
    path("sessions/<str:session_id>/revoke", sessions.revoke),
    path("refresh-tokens/revoke", refresh_tokens.revoke),
    path("refresh-tokens/<str:token_id>", by_method(GET=refresh_tokens.read, DELETE=refresh_tokens.delete)),
    path("user-blocks", by_method(GET=user_blocks.read_by_identifier, DELETE=user_blocks.delete_by_identifier)),
    path("user-blocks/<str:user_id>", by_method(GET=user_blocks.read, DELETE=user_blocks.delete)),
    re_path(
        f"^attack-protection/(?P<feature>{'|'.join(attack_protection.NAMES)})$",
        by_method(GET=attack_protection.read, PATCH=attack_protection.update),
    ),
]
