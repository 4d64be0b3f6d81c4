"""Steps, routers, flows and the ending of a form."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.support.browser import Browser
from tests.tenant.application import Application, callback
from tests.tenant.forms.designing import (
    button,
    equal,
    field,
    flow_node,
    router,
    step,
    tell,
    text,
    when,
)

if TYPE_CHECKING:
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.forms.designing import Designer

SHOW = "console.log(JSON.stringify(event.prompt.fields))"


@pytest.fixture
def visit(app: Application, designer: Designer, browser: Browser):
    """Render a form with these nodes to Alice; the fields that its Action got."""

    def show(*nodes: dict[str, Any], options: str = "{}", then: str = SHOW, **parts: Any) -> Browser:
        designer.render(designer.form(*nodes, **parts), options=options, then=then)
        app.send(browser)
        return browser

    return show


@pytest.fixture
def got(deployer: Deployer):
    return lambda: json.loads(deployer.output())


def name(browser: Browser) -> str:
    """The step that is shown, by its text."""
    return browser.page.visible_text.split("\n")[2]


class TestSteps:
    def test_fields_of_every_kind(self, visit, got):
        kinds = ["TEXT", "EMAIL", "TEL", "URL", "NUMBER", "DATE"]
        values = ["a <b>", "a@example.com", "+44 20", "https://example.com/", "12", "2026-11-20"]
        fields = [field(kind.lower(), kind) for kind in kinds]
        more = [field("long", multiline=True), field("tick", "BOOLEAN"), field("terms", "LEGAL", text="Yes")]
        browser = visit(step("one", *fields, *more, button("Go")))
        typed = {f"fields.{kind.lower()}": value for kind, value in zip(kinds, values, strict=True)}
        browser.submit("Go", **typed, **{"fields.long": "two\nlines", "fields.terms": "true"})
        assert callback(browser)["code"]
        expected = dict(zip((kind.lower() for kind in kinds), [*values[:4], 12, values[5]], strict=True))
        assert got() == {**expected, "long": "two\nlines", "tick": False, "terms": True}

    @pytest.mark.parametrize(
        ("kind", "config", "value"),
        [
            ("EMAIL", {}, "nobody"),
            ("URL", {}, "javascript:alert(1)"),
            ("NUMBER", {}, "many"),
            ("DATE", {}, "today"),
            ("TEXT", {"min_length": 3}, "ab"),
            ("TEXT", {"max_length": 3}, "abcd"),
            ("PASSWORD", {"complexity": True}, "onlysmallletters"),
            ("PASSWORD", {"nist": True}, "short"),
            ("PASSWORD", {"nist": True}, "password1"),
            ("LEGAL", {"text": "Yes"}, ""),
            ("TEXT", {}, " "),
        ],
    )
    def test_what_the_form_refuses(self, visit, kind: str, config: dict[str, Any], value: str):
        browser = visit(step("one", field("it", kind, **config), field("other"), button("Go")))
        browser.submit("Go", **{"fields.it": value, "fields.other": "kept"})
        assert browser.page.status == 400
        assert 'aria-describedby="error-it"' in browser.page.text
        assert 'value="kept"' in browser.page.text

    def test_optional_ones_may_stay_empty(self, visit, got):
        browser = visit(step("one", field("it", required=False), button("Go")))
        browser.submit("Go")
        assert got() == {}

    def test_a_field_type_that_is_not_played_says_so(self, visit):
        browser = visit(step("one", field("it", "PAYMENT"), button("Go")))
        assert browser.page.status == 400
        assert "PAYMENT are not played" in browser.page.visible_text

    def test_the_designers_markup_and_what_people_type(self, visit):
        first = step("one", field("who"), button("Go"), then="two")
        second = step("two", text("<p>Hello <em>{{fields.who}}</em>{{fields.nobody}}</p>"), button("Done"))
        browser = visit(first, second)
        browser.submit("Go", **{"fields.who": "<script>x</script>"})
        assert "<p>Hello <em>&lt;script&gt;x&lt;/script&gt;</em></p>" in browser.page.text

    def test_variables_side_by_side(self, visit, designer: Designer):
        """Each is one of its own, though they begin and end the text as a single one would."""
        flow = designer.flow(tell("{{context.user.name}}, {{context.user.email}}"))
        browser = visit(step("one", button("Go"), then="run"), flow_node("run", flow))
        browser.submit("Go")
        assert "Alice Example, alice@example.com" in browser.page.visible_text

    def test_defaults_and_what_the_action_gives(self, visit, got):
        fields = [field("given"), field("standing", default_value="{{context.user.email}}")]
        browser = visit(step("one", *fields, button("Go")), options="{ fields: { given: 'Al', unknown: 'no' } }")
        browser.submit("Go")
        assert got() == {"given": "Al", "standing": "alice@example.com"}


class TestHiddenFields:
    HIDDEN = {"hidden_fields": [{"key": "reason", "value": "temporary"}, {"key": "plan"}]}

    def test_they_travel_through_the_browser(self, visit, got):
        one = step("one", text("<p>{{fields.reason}} for {{fields.plan}}</p>"), button("Go"))
        browser = visit(one, start_with=self.HIDDEN, options="{ fields: { plan: 'gold' } }")
        assert "temporary for gold" in browser.page.visible_text
        browser.submit("Go")
        assert got() == {"reason": "temporary", "plan": "gold"}

    def test_whoever_likes_can_change_them(self, visit, got):
        browser = visit(step("one", button("Go")), start_with=self.HIDDEN)
        browser.submit("Go", **{"fields.reason": "none"})
        assert got()["reason"] == "none"

    def test_shared_variables_stay_on_the_server(self, visit, deployer: Deployer):
        then = "console.log(event.prompt.vars.secret)"
        browser = visit(step("one", button("Go")), options="{ vars: { secret: 'of ours' } }", then=then)
        assert "of ours" not in browser.page.text
        browser.submit("Go")
        assert deployer.output() == "of ours\n"


class TestButtons:
    def steps(self) -> list[dict[str, Any]]:
        back, skip = button("Back", "PREVIOUS_BUTTON"), button("Skip", "JUMP_BUTTON", next_node="three")
        return [
            step("one", text("<h2>One</h2>"), field("a"), button("Go"), skip, then="two"),
            step("two", text("<h2>Two</h2>"), field("b"), button("Go"), back, then="three"),
            step("three", text("<h2>Three</h2>"), button("Go"), back),
        ]

    def test_previous_goes_back_and_keeps_what_was_given(self, visit, got):
        browser = visit(*self.steps())
        browser.submit("Go", **{"fields.a": "1"})
        browser.submit("Back")
        assert (name(browser), browser.page.forms[0].values["fields.a"]) == ("One", "1")
        for answers in ({"fields.a": "2"}, {"fields.b": "3"}, {}):
            browser.submit("Go", **answers)
        assert got() == {"a": "2", "b": "3"}

    def test_a_jump_collects_nothing(self, visit, got):
        browser = visit(*self.steps())
        browser.submit("Skip", **{"fields.a": "1"})
        assert name(browser) == "Three"
        browser.submit("Go")
        assert got() == {}

    def test_back_after_a_jump_is_where_one_was(self, visit):
        browser = visit(*self.steps())
        browser.submit("Skip")
        browser.submit("Back")
        assert name(browser) == "One"

    def test_the_browsers_way_back(self, visit, got):
        """A page from before counts from there."""
        browser = visit(*self.steps())
        first = browser.page
        browser.submit("Go", **{"fields.a": "1"})
        browser.submit("Go", **{"fields.b": "2"})
        browser.page = first
        browser.submit("Go", **{"fields.a": "3"})
        assert name(browser) == "Two"
        browser.submit("Go", **{"fields.b": "2"})
        browser.submit("Go")
        assert got() == {"a": "3", "b": "2"}

    def test_a_step_that_was_not_reached_cannot_be_sent(self, visit):
        browser = visit(*self.steps())
        browser.submit("Go", step="three", **{"fields.a": "1"})
        assert name(browser) == "One"

    def test_the_enter_key(self, visit):
        browser = visit(*self.steps())
        browser.submit(None, **{"fields.a": "1"})
        assert name(browser) == "Two"


class TestRouters:
    def nodes(self, rule: dict[str, Any]) -> list[dict[str, Any]]:
        ends = [step(word, text(f"<h2>{word}</h2>"), button("Go")) for word in ("yes", "no", "other")]
        never = equal("{{vars.nothing}}", "x")
        return [router("which", (never, "other"), (rule, "yes"), (equal("a", "a"), "other"), fallback="no"), *ends]

    def test_the_first_rule_that_holds(self, visit):
        assert name(visit(*self.nodes(equal("{{context.user.email_verified}}", "true")))) == "yes"

    def test_the_default_case(self, visit):
        nodes = self.nodes(equal("{{context.user.email}}", "nobody"))
        nodes[0]["config"]["rules"].pop()
        assert name(visit(*nodes)) == "no"

    def test_nested_groups(self, visit):
        both = {"operator": "AND", "operands": [equal("a", "a"), equal("{{vars.kind}}", "1")]}
        assert name(visit(*self.nodes(both), options="{ vars: { kind: 1 } }")) == "yes"

    @pytest.mark.parametrize(
        ("operator", "operands", "holds"),
        [
            ("NEQ", ["a", "b"], True),
            ("GTE", ["{{vars.status}}", "400"], True),
            ("LT", ["{{vars.status}}", "400"], False),
            ("GT", ["many", "1"], False),
            ("LTE", ["9", "10"], True),
            ("EXISTS", ["{{vars.status}}"], True),
            ("EXISTS", ["{{vars.nothing}}"], False),
        ],
    )
    def test_operators_that_nobody_has_seen(
        self, app: Application, visit, operator: str, operands: list[str], *, holds: bool
    ):
        """Their codes are not known: they work only where the plan says so."""
        app.plan(form_operators=[operator])
        nodes = self.nodes({"operator": operator, "operands": operands})
        assert name(visit(*nodes, options="{ vars: { status: 400 } }")) == ("yes" if holds else "other")

    def test_they_do_not_work_by_default(self, visit):
        browser = visit(*self.nodes({"operator": "GTE", "operands": ["400", "400"]}))
        assert (browser.page.status, "the operator GTE is not known" in browser.page.visible_text) == (400, True)

    def test_one_or_the_other(self, app: Application, visit):
        app.plan(form_operators=["OR"])
        either = {"operator": "OR", "operands": [equal("a", "b"), equal("a", "a")]}
        assert name(visit(*self.nodes(either))) == "yes"

    def test_a_form_without_a_page(self, visit, got):
        browser = visit(router("which", fallback="$ending"), step("one", button("Go")))
        assert callback(browser)["code"]
        assert got() == {}

    def test_round_in_circles(self, visit):
        browser = visit(router("one", fallback="two"), router("two", fallback="one"))
        assert "round in circles" in browser.page.visible_text

    def test_to_nowhere(self, visit):
        assert "has no node nowhere" in visit(router("one", fallback="nowhere")).page.visible_text


class TestFlows:
    def test_a_message_ends_the_flow_and_is_shown_at_the_step(self, app: Application, visit, designer: Designer):
        never = designer.update({"user_metadata": {"never": True}})
        flow = designer.flow(tell("Not you, {{context.user.name}} <b>"), never)
        browser = visit(step("one", button("Go"), then="run"), flow_node("run", flow))
        browser.submit("Go")
        assert browser.page.status == 400
        assert "Not you, Alice Example &lt;b&gt;" in browser.page.text
        assert "never" not in app.tenant.user("alice@example.com").get("user_metadata", {})

    def test_metadata_is_merged(self, app: Application, visit, designer: Designer):
        first = designer.update({"user_metadata": {"city": "Leeds", "shoe": 40}}, name="one")
        second = designer.update({"user_metadata": {"city": "{{fields.city}}", "gone": "{{fields.none}}"}}, name="two")
        flow = designer.flow(first, second)
        browser = visit(step("one", field("city"), button("Go"), then="run"), flow_node("run", flow))
        browser.submit("Go", **{"fields.city": "York"})
        assert callback(browser)["code"]
        assert app.tenant.user("alice@example.com")["user_metadata"] == {"city": "York", "shoe": 40}

    def test_a_value_that_stands_alone_keeps_its_type(self, app: Application, visit, designer: Designer):
        changes = {"user_metadata": {"age": "{{fields.age}}", "words": "{{fields.age}} years", "ok": "{{fields.ok}}"}}
        flow = designer.flow(designer.update(changes))
        fields = [field("age", "NUMBER"), field("ok", "LEGAL", text="Yes")]
        browser = visit(step("one", *fields, button("Go"), then="run"), flow_node("run", flow))
        browser.submit("Go", **{"fields.age": "42", "fields.ok": "true"})
        kept = app.tenant.user("alice@example.com")["user_metadata"]
        assert kept == {"age": 42, "words": "42 years", "ok": True}

    def test_a_failure_that_is_not_allowed_ends_it(self, visit, designer: Designer):
        flow = designer.flow(designer.update({"password": "short"}, may_fail=False), tell("never"))
        browser = visit(step("one", button("Go"), then="run"), flow_node("run", flow))
        browser.submit("Go")
        shown = browser.page.visible_text
        assert "Something went wrong, please try again later" in shown
        assert "save was answered 400: PasswordStrengthError" in shown
        assert "never" not in shown

    def test_without_a_user_it_fails_even_where_it_may(self, visit, designer: Designer):
        action = designer.update({"user_metadata": {}})
        action["params"]["user_id"] = "{{context.user.id}}"
        browser = visit(step("one", button("Go"), then="run"), flow_node("run", designer.flow(action)))
        browser.submit("Go")
        assert "UPDATE_USER needs a user_id" in browser.page.visible_text

    @pytest.mark.parametrize(
        ("params", "status"),
        [({"user_id": "auth0|nobody"}, "404"), ({"changes": {"nothing": 1}}, "400"), ({"changes": {}}, "400")],
    )
    def test_the_status_is_there_for_a_condition(self, visit, designer: Designer, params: dict[str, Any], status: str):
        action = designer.update({"user_metadata": {}})
        action["params"] |= params
        flow = designer.flow(action, when(equal("{{actions.save.status}}", status), [tell("as expected")]))
        browser = visit(step("one", button("Go"), then="run"), flow_node("run", flow))
        browser.submit("Go")
        assert "as expected" in browser.page.visible_text

    def test_a_user_is_read_and_shared(self, visit, designer: Designer):
        params = {"connection_id": designer.vault(), "user_id": "{{context.user.user_id}}"}
        read = {"id": "read", "type": "AUTH0", "action": "GET_USER", "params": params}
        store = {"vars": {"mail": "{{actions.read.body.email}}"}}
        flow = designer.flow(read, {"id": "store", "type": "FLOW", "action": "STORE_VARS", "params": store})
        browser = visit(flow_node("run", flow, then="one"), step("one", text("<h2>{{vars.mail}}</h2>"), button("Go")))
        assert name(browser) == "alice@example.com"

    def test_one_before_the_first_step_that_fails_leaves_nothing_to_show(self, visit, designer: Designer):
        flow = designer.flow(tell("Closed today"))
        browser = visit(flow_node("run", flow, then="one"), step("one", button("Go")))
        assert (browser.page.status, "Closed today" in browser.page.visible_text) == (400, True)

    @pytest.mark.parametrize("flow", ["af_unknown", "Save new password"])
    def test_one_that_is_not_there(self, visit, flow: str):
        """As where a bundle's name was never replaced by an id."""
        browser = visit(step("one", button("Go"), then="run"), flow_node("run", flow))
        browser.submit("Go")
        assert f"there is no flow {flow}" in browser.page.visible_text

    def test_what_is_not_played_says_so(self, visit, designer: Designer):
        flow = designer.flow({"id": "call", "type": "HTTP", "action": "SEND_REQUEST", "params": {"url": "https://x"}})
        browser = visit(step("one", button("Go"), then="run"), flow_node("run", flow))
        browser.submit("Go")
        assert "HTTP SEND_REQUEST is not played" in browser.page.visible_text


@pytest.mark.parametrize(
    "components",
    [
        [{}],
        [{"id": "x"}],
        [{"id": "x", "category": "FIELD", "type": "TEXT"}],
        [{"id": "x", "category": "BLOCK", "type": "NEXT_BUTTON"}],
        [{"id": "x", "category": "BLOCK", "type": "RICH_TEXT", "config": {"content": "{{ what( }}"}}],
        [field("x", default_value="{{functions.nothing()}}")],
    ],
)
def test_a_form_with_faults_is_no_fault_of_the_tenant(visit, components: list[dict[str, Any]]):
    """The Management API stores what a designer's tool sends."""
    browser = visit(step("one", *components), start_with={"hidden_fields": [{}]})
    assert browser.page.status in (200, 400)
    assert browser.page.title


class TestEnding:
    def test_to_another_address_the_sign_in_is_left(self, app: Application, visit, browser: Browser):
        target = "http://localhost:8000/instead/?user={{context.user.email}}"
        visit(step("one", button("Go")), ending={"redirection": {"target": target}})
        browser.submit("Go")
        assert urlsplit(browser.page.url).path == "/instead/"
        assert browser.page.url.endswith("?user=alice@example.com")

    def test_a_flow_after_it(self, app: Application, visit, designer: Designer):
        flow = designer.flow(designer.update({"user_metadata": {"done": True}}), tell("nobody sees it"))
        browser = visit(step("one", button("Go")), ending={"resume_flow": True, "after_submit": {"flow_id": flow}})
        browser.submit("Go")
        assert callback(browser)["code"]
        assert app.tenant.user("alice@example.com")["user_metadata"] == {"done": True}


class TestLanguages:
    TRANSLATIONS = {
        "translations": {
            "de": {
                "components": {"it": {"label": "Name"}, "go": {"config": {"text": "Los"}}},
                "messages": {"errors": {"ERR_REQUIRED_PROPERTY": "Fehlt."}, "custom": {"hint": "Hinweis"}},
            }
        },
        "messages": {"custom": {"hint": "A hint", "other": "Another"}},
        "languages": {"primary": "en"},
    }

    @pytest.mark.parametrize(
        ("accepted", "words"),
        [
            ("de-AT,en;q=0.5", ["Hinweis Another", "Name", "Los"]),
            ("en,de;q=0.5", ["A hint Another", "Your name", "Go"]),
            ("fr", ["A hint Another", "Your name", "Go"]),
        ],
    )
    def test_by_the_browser(self, visit, browser: Browser, accepted: str, words: list[str]):
        shown = text("<p>{{t('hint')}} {{t('other')}}</p>")
        one = step("one", shown, field("it", label="Your name"), button("Go"))
        visit(one, **self.TRANSLATIONS)
        headers = {"Accept-Language": accepted}
        answer = browser.session.get(browser.page.url, headers=headers, timeout=5)
        for word in words:
            assert word in answer.text
