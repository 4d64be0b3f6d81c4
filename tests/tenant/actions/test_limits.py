"""Time, console output, the cache: what an Action may take."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from tests.support.browser import Browser
from tests.tenant.application import SITE, callback

if TYPE_CHECKING:
    from tests.tenant.actions.deploying import Deployer
    from tests.tenant.application import Application

LATE = "The Action did not end in time"


class TestTime:
    """In real seconds, unlike everything else in the tenant."""

    @pytest.mark.parametrize("body", ["while (true);", "await new Promise(() => {})"])
    def test_who_does_not_end_is_killed(self, deployer: Deployer, app: Application, browser: Browser, body: str):
        deployer.run(f"if (event.stats.logins_count === 1) {{ {body} }}")
        app.plan(action_deadline_s=0.3)
        answer = app.sign_in(browser)
        assert (answer["error"], answer["error_description"]) == ("access_denied", LATE)
        assert deployer.executions()[0]["results"][0]["error"]["msg"] == LATE
        app.plan(action_deadline_s=20.0)
        assert app.sign_in(browser, prompt="login")["code"]

    def test_the_limit_is_for_all_actions_together(self, deployer: Deployer, app: Application, browser: Browser):
        for _ in range(2):
            deployer.run("await new Promise((done) => setTimeout(done, 200))")
        assert app.sign_in(browser)["code"]
        app.plan(action_deadline_s=0.3)
        assert app.sign_in(browser, prompt="login")["error_description"] == LATE

    def test_after_a_redirect_it_begins_anew(self, deployer: Deployer, app: Application, browser: Browser):
        wait = "await new Promise((done) => setTimeout(done, 1100));"
        deployer.run(f"{wait} api.redirect.sendUserTo('{SITE}/verify')", then=wait)
        app.plan(action_deadline_s=2.0)
        app.send(browser)
        state = browser.page.url.rpartition("state=")[2]
        browser.get(f"{app.tenant.base_url}/continue?state={state}")
        assert callback(browser)["code"]

    def test_others_are_not_held_up_nor_killed(self, deployer: Deployer, app: Application, browser: Browser):
        app.plan(action_deadline_s=3.0)
        deployer.run("if (event.user.email === 'alice@example.com') while (true);")
        with ThreadPoolExecutor() as pool:
            alice = pool.submit(app.sign_in, browser)
            assert app.sign_in(Browser(stop_at=SITE), "bob@example.com")["code"]
            assert not alice.done()
            assert alice.result()["error"] == "access_denied"

    def test_one_that_ends_its_process(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("if (event.stats.logins_count === 1) process.exit()")
        assert app.sign_in(browser)["error_description"] == "The Action ended its process"
        assert app.sign_in(browser, prompt="login")["code"]

    def test_the_state_is_free_meanwhile(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run(f"console.log((await fetch('{app.tenant.base_url}/userinfo')).status)")
        assert app.sign_in(browser)["code"]
        assert deployer.output() == "401\n"


def test_what_is_left_running_disturbs_nobody(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("setTimeout(() => { throw new Error('late') }, 1); Promise.reject(new Error('nobody'))")
    for _ in range(3):
        assert app.sign_in(browser, prompt="login")["code"]


class TestOutput:
    def test_all_ways_of_writing(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("console.log('a', 1); console.info('b'); console.warn('c'); console.error({d: 2});")
        app.sign_in(browser)
        assert deployer.output() == "a 1\nb\nc\n{ d: 2 }\n"

    def test_256_characters_are_kept(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("console.log('x'.repeat(300)); console.log('y')")
        app.sign_in(browser)
        assert deployer.output() == "x" * 256

    def test_stdout_is_not_the_console(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("process.stdout.write('{}\\n'); console.log('a')")
        assert app.sign_in(browser)["code"]
        assert deployer.output() == "a\n"

    def test_what_is_written_before_an_error_is_kept(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("console.log('so far'); throw new TypeError('no further')")
        app.sign_in(browser)
        [result] = deployer.executions()[0]["results"]
        assert result["response"]["logs"] == "so far\n"
        assert result["error"] == {"id": "TypeError", "msg": "no further"}
        assert result["action_name"] == "post-login 1"


class TestCache:
    """Milliseconds, strings, one cache for each trigger."""

    def result(self, deployer: Deployer, app: Application, browser: Browser, expression: str) -> str:
        deployer.run(f"console.log(JSON.stringify({expression}))")
        app.sign_in(browser)
        return deployer.output().strip()

    def test_a_record_comes_back(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run(
            "const r = api.cache.get('a'); console.log(r?.value); r ?? api.cache.set('a', 'b', { ttl: 60000 })"
        )
        app.sign_in(browser)
        app.tenant.advance(30)
        app.sign_in(browser, prompt="login")
        assert deployer.output() == "b\n"
        app.tenant.advance(30)
        app.sign_in(browser, prompt="login")
        assert deployer.output() == "undefined\n"

    def test_it_is_shared_by_the_actions_of_the_trigger(self, deployer: Deployer, app: Application, browser: Browser):
        deployer.run("api.cache.set('a', 'b')")
        assert self.result(deployer, app, browser, "api.cache.get('a').value") == '"b"'

    def test_fifteen_minutes_where_nothing_is_said(self, deployer: Deployer, app: Application, browser: Browser):
        left = "Math.round((api.cache.set('a', 'b').record.expires_at - Date.now()) / 1000)"
        assert self.result(deployer, app, browser, left) == "900"

    def test_the_earlier_end_counts(self, deployer: Deployer, app: Application, browser: Browser):
        both = (
            "api.cache.set('a', 'b', { ttl: 5000, expires_at: Date.now() + 3600000 }).record.expires_at - Date.now()"
        )
        assert int(self.result(deployer, app, browser, f"{both} <= 5000 ? 1 : 0")) == 1

    @pytest.mark.parametrize(
        ("call", "code"),
        [
            ("api.cache.set('k'.repeat(65), 'v')", "CacheKeySizeExceeded"),
            ("api.cache.set('k', 'v'.repeat(4097))", "CacheValueSizeExceeded"),
            ("(api.cache.set('a', 'v'.repeat(4096)), api.cache.set('b', 'v'.repeat(4096)))", "CacheSizeExceeded"),
            ("[...Array(21).keys()].map((n) => api.cache.set(`k${n}`, 'v')).at(-1)", "CacheSizeExceeded"),
            ("api.cache.set('k', 'v', { expires_at: 1 })", "ItemAlreadyExpired"),
            ("api.cache.set('k', 'v', { ttl: 86400001 })", "InvalidExpiry"),
            ("api.cache.set('k', { an: 'object' })", "FailedToSetCacheRecord"),
            ("api.cache.delete('k')", "CacheKeyDoesNotExist"),
        ],
    )
    def test_limits_are_results_not_errors(
        self, deployer: Deployer, app: Application, browser: Browser, call: str, code: str
    ):
        assert self.result(deployer, app, browser, call) == f'{{"type":"error","code":"{code}"}}'


def test_the_logs_name_the_execution(deployer: Deployer, app: Application, browser: Browser):
    deployer.run("if (event.stats.logins_count > 1) throw new Error('broken')")
    app.sign_in(browser)
    app.sign_in(browser, prompt="login")
    failed, passed = (item["id"] for item in deployer.executions())
    records = {record["type"]: record for record in deployer.app.api("GET", "logs").json()}
    assert records["s"]["details"]["actions"] == {"executions": [passed]}
    assert records["f"]["details"]["actions"] == {"executions": [failed]}
    assert records["actions_execution_failed"]["description"] == "broken"
