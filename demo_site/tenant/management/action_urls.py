"""Addresses under /api/v2/actions/."""

from django.urls import path

from demo_site.tenant.management import action_triggers, actions
from demo_site.tenant.management.access import by_method

urlpatterns = [
    path("actions", by_method(GET=actions.read_all, POST=actions.create)),
    path("actions/<str:action_id>", by_method(GET=actions.read, PATCH=actions.update, DELETE=actions.delete)),
    path("actions/<str:action_id>/deploy", actions.deploy),
    path("actions/<str:action_id>/versions", actions.read_versions),
    path("actions/<str:action_id>/versions/<str:version_id>", actions.read_version),
    path("actions/<str:action_id>/versions/<str:version_id>/deploy", actions.roll_back),
    path("modules", action_triggers.read_modules),
    path("triggers", action_triggers.read_all),
    path(
        "triggers/<str:trigger_id>/bindings",
        by_method(GET=action_triggers.read_bindings, PATCH=action_triggers.update_bindings),
    ),
    path("executions/<str:execution_id>", action_triggers.read_execution),
]
