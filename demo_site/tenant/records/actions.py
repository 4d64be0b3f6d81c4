"""Actions, what they are bound to, and what became of each run."""

from __future__ import annotations

from dataclasses import dataclass, field

from demo_site.tenant.records.notation import Json


@dataclass
class Action:
    """The draft. ``secrets`` with their values, which no answer shows; ``changed_at`` is when its build began."""

    id: str
    name: str
    supported_triggers: list[Json]
    created_at: float
    changed_at: float
    code: str = ""
    runtime: str = "node22"
    dependencies: list[Json] = field(default_factory=list)
    secrets: list[Json] = field(default_factory=list)

    @property
    def trigger(self) -> str:
        return str(self.supported_triggers[0]["id"])

    @property
    def content(self) -> Json:
        """What a version is made of."""
        names = ("supported_triggers", "code", "runtime", "dependencies", "secrets")
        return {name: getattr(self, name) for name in names}


@dataclass
class ActionVersion:
    """What was deployed once. It runs a moment after ``created_at``, until a newer one does."""

    id: str
    action_id: str
    number: int
    created_at: float
    supported_triggers: list[Json]
    code: str
    runtime: str
    dependencies: list[Json]
    secrets: list[Json]


@dataclass
class Binding:
    """One place in a trigger's list; the table is in the order in which the Actions run."""

    id: str
    trigger_id: str
    action_id: str
    display_name: str
    created_at: float


@dataclass
class Execution:
    """One run of a trigger. ``status`` as the Management API has it: pending, suspended, final, canceled, …"""

    id: str
    trigger_id: str
    created_at: float
    updated_at: float
    status: str = "pending"
    results: list[Json] = field(default_factory=list)


@dataclass
class Run:
    """A trigger on its way through its Actions, kept while it waits for a person.

    ``id`` is the execution's. ``versions`` are what ran or will, ``position`` the Action that comes next or, where
    ``continued``, the one that goes on. ``subject`` is the id of the transaction or the ticket.
    """

    id: str
    trigger_id: str
    subject: str
    user_id: str
    # The one that signed in, or whose password is reset.
    identity: str
    versions: list[str]
    names: list[str]
    created_at: float
    position: int = 0
    continued: bool = False
    # What /continue is called with; empty unless a redirect is under way.
    state: str = ""
    browser: str = ""
    # The key of the session in its table; only of a sign-in.
    session: str = ""
    # Challenges still to be passed, in order, and the factors passed so far.
    challenges: list[Json] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)
    commands: int = 0
    # The code that was mailed; whether a recovery code was given, and its successor shown.
    email_code: str = ""
    recovered: bool = False
    # Of event.authentication, where there is no session.
    methods: list[Json] = field(default_factory=list)
    multifactor: Json = field(default_factory=dict)
    # Written at the end.
    app_metadata: Json = field(default_factory=dict)
    user_metadata: Json = field(default_factory=dict)
    id_token: Json = field(default_factory=dict)
    access_token: Json = field(default_factory=dict)
    add_scopes: list[str] = field(default_factory=list)
    remove_scopes: list[str] = field(default_factory=list)
    transaction_metadata: Json = field(default_factory=dict)
    # The form that is under way: its values, passwords among them, and the steps so far. Then what came of it.
    form: Json = field(default_factory=dict)
    prompt: Json = field(default_factory=dict)
    primary_user: str = ""
    result_url: str = ""
