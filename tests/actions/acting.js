'use strict';
// Plays an Action in this process: its file with a CONFIG put in, an event, and the local tenant's `api`.
// What it brought about comes back as one object; what did not happen is not in it.

const assert = require('node:assert');
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
// First of all: the tenant's clock moves from here on only when it is told to.
require('node:test').mock.timers.enable({ apis: ['Date'], now: 0 });

const ROOT = path.resolve(__dirname, '..', '..');
const TENANT = path.join(ROOT, 'demo_site', 'tenant', 'actions', 'javascript');
const ACTIONS = path.join(ROOT, 'auth0_password', 'deployment', 'actions');
const clock = require(path.join(TENANT, 'clock'));
const { frozen } = require(path.join(TENANT, 'event'));
const world = require('./world');

const handler = (trigger, continued = false) => ({ continued, api: require(path.join(TENANT, trigger)) });
const HANDLERS = {
  onExecutePostLogin: handler('post_login'),
  onContinuePostLogin: handler('post_login', true),
  onExecutePostChallenge: handler('post_challenge'),
  onContinuePostChallenge: handler('post_challenge', true),
  onExecutePostChangePassword: handler('post_change_password'),
};
const CONFIG_LINE = /^const CONFIG = \{\};$/m;
const KEPT_OUTPUT = 256;
const LIMIT_MS = 20_000;

/** The exports of `auth0_password/deployment/actions/<name>.js` with this CONFIG; as in the file without one. */
exports.load = (name, config = {}) => {
  const file = path.join(ACTIONS, `${name}.js`);
  const around = fs.readFileSync(file, 'utf8').split(CONFIG_LINE);
  assert.strictEqual(around.length, 2, `${name}.js must have exactly one line "const CONFIG = {};"`);
  const action = new Module(file);
  action.filename = file;
  action._compile(around.join(`const CONFIG = ${JSON.stringify(config)};`), file);
  return action.exports;
};

/**
 * Play one handler. Of the result, only what happened is there:
 * `denied` (words), `redirect` (the address with its query, before Auth0 adds `state`), `render` ({id, fields, vars}),
 * `app_metadata`, `user_metadata`, `id_token`, `access_token` ({key: value}), `challenges` ([{choose, factors}]),
 * `result_url`, `methods`, `multifactor`, `cache` (changes), `sent` (requests), `output` (the console), `took` (ms).
 * `answers` are those of the network, one after the other, the last for ever: a status, [status, body, headers],
 * 'silence' or 'unreachable'; or a function of the request ({url, method, headers, body}) that returns one of them.
 */
exports.play = async (action, name, event, { canRedirect = mayRedirect(event), answers = [], cache = {} } = {}) => {
  const effects = {};
  clock.follow(exports.NOW);
  const seen = frozen(structuredClone(event));
  const job = { cache, can_redirect: canRedirect, continued: HANDLERS[name].continued };
  const api = HANDLERS[name].api(job, seen, effects);
  Object.assign(effects, await world.lived(() => action[name](seen, api), answers));
  effects.took = clock.now() - exports.NOW;
  check(effects, canRedirect);
  return Object.fromEntries(Object.entries(effects).filter(([, value]) => !isEmpty(value)));
};

function isEmpty(value) {
  return !value || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** What no Action of ours may do, whatever a test looks at. */
function check({ denied, redirect, render, output, took }, canRedirect) {
  assert.ok(took < LIMIT_MS, `Auth0 would have killed it: ${took} ms`);
  assert.ok(output.length <= KEPT_OUTPUT, 'more on the console than is kept');
  assert.ok(canRedirect || !(redirect || render), 'a redirect where there is no browser');
  assert.ok([denied, redirect, render].filter((end) => end !== undefined).length <= 1, 'two ends of one login');
}

function mayRedirect({ transaction = {} }) {
  const silent = ['oauth2-password', 'oauth2-resource-owner', 'oauth2-refresh-token'].includes(transaction.protocol);
  return !silent && !transaction.prompt?.includes('none');
}

/** The tenant's time, and a time so many seconds from it, as Auth0 writes one. */
exports.NOW = Date.parse('2026-11-20T12:00:00.000Z');
exports.at = (seconds) => new Date(exports.NOW + seconds * 1000).toISOString();

/** A copy of `base` with `changes` merged in, object by object; undefined takes a key away. */
exports.changed = (base, changes) => {
  const result = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const deep = isPlain(value) && isPlain(base[key]);
    result[key] = deep ? exports.changed(base[key], value) : value;
    if (value === undefined) delete result[key];
  }
  return result;
};

const isPlain = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

const BOB = {
  user_id: 'auth0|64f0c0ffee00000000000b0b', email: 'bob@example.com', email_verified: true, name: 'Bob Miller',
  created_at: '2026-01-02T03:04:05.006Z', updated_at: '2026-11-20T11:59:59.000Z',
};
const IDENTITY = {
  connection: 'Username-Password-Authentication', provider: 'auth0', user_id: '64f0c0ffee00000000000b0b',
  isSocial: false,
};
const EVENT = {
  user: { ...BOB, app_metadata: {}, user_metadata: {}, identities: [IDENTITY], enrolledFactors: [] },
  stats: { logins_count: 2 },
  client: { client_id: 'login-client', name: 'Northwind Library', metadata: {} },
  connection: { id: 'con_1', name: 'Username-Password-Authentication', strategy: 'auth0' },
  tenant: { id: 'northwind' },
  authorization: { roles: [] },
  secrets: {},
};
const REQUEST = { ip: '192.0.2.7', method: 'GET', query: {}, body: {}, geoip: {}, hostname: 'login.northwind.example' };

/** Events as Auth0 makes them, Bob's, with `changes` merged in. */
exports.events = {
  login: (changes = {}) =>
    exports.changed({
      ...EVENT,
      request: REQUEST,
      transaction: {
        id: 'transaction-1', protocol: 'oidc-basic-profile', requested_scopes: ['openid', 'profile', 'email'],
        redirect_uri: 'https://www.northwind.example/complete/auth0/', response_type: ['code'], response_mode: 'query',
        state: 'application-state', locale: 'en', metadata: {},
      },
      authentication: { methods: [{ name: 'pwd', timestamp: exports.at(-1) }] },
      session: { id: 'session-1' },
    }, changes),
  challenge: (changes = {}) =>
    exports.changed({
      ...EVENT,
      request: REQUEST,
      transaction: { locale: 'en', ui_locales: ['en'], state: 'application-state', metadata: {} },
      authentication: { methods: [{ name: 'email', timestamp: exports.at(-1) }] },
    }, changes),
  passwordChanged: (changes = {}) =>
    exports.changed({
      user: { user_id: BOB.user_id, email: BOB.email, email_verified: true, last_password_reset: exports.at(-1) },
      connection: EVENT.connection,
      tenant: EVENT.tenant,
      secrets: {},
      request: { ip: '192.0.2.7', method: 'POST', geoip: {}, hostname: 'login.northwind.example', user_agent: 'Test' },
      transaction: { correlation_id: 'correlation-1' },
    }, changes),
};

/** The payload of a JWT; whether it is signed is for the test to say, with `isSigned`. */
exports.claimsOf = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url').toString());
exports.isSigned = (token, secret) => {
  const [head, body, signature] = token.split('.');
  const wanted = require('node:crypto').createHmac('sha256', secret).update(`${head}.${body}`).digest('base64url');
  return signature === wanted;
};
