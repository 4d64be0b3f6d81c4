'use strict';

const assert = require('node:assert');
const { describe, test } = require('node:test');
const { NOW, at, claimsOf, events, isSigned, load, play } = require('./acting');

const LOGIN = 'onExecutePostLogin';
const BACK = 'onContinuePostLogin';
const SECRET = 'a-secret-that-the-site-shares-with-the-tenant';
const HANDOVER = 'https://www.northwind.example/account/handover/';
const INSTRUCTIONS = 'https://www.northwind.example/account/instructions/';
const FORM = 'ap_newPassword';
const DATABASE = { 'urn:auth0_password:strategy': 'auth0' };
const DENIED = { denied: 'password_reset_required' };
const STALE = { denied: 'reauthentication_required' };
const MINUTE = 60;
const MONTH = 30 * 24 * 60 * MINUTE;

const CONFIG = {
  clients: ['login-client', 'other-listed-client'],
  mode: 'deny',
  first_login: 'flagged',
  scheme: 'https',
  handover: { url: HANDOVER, audience: 'https://www.northwind.example' },
  instructions: INSTRUCTIONS,
  form: FORM,
  secrets: {},
};
const FORCING = ['deny', 'mail', 'form'];
const NOBODY_MAY_BLOCK = [...FORCING, 'site'];
const FLAGGED = { needsPasswordReset: true, passwordResetRequiredAt: at(-MINUTE) };

/** Bob's login: what is in app_metadata, when he changed his password, what else is different. */
const bob = (app_metadata, changes = {}, last_password_reset = undefined) => {
  const { user, ...others } = changes;
  return events.login({
    secrets: { HANDOVER_SECRET: SECRET }, ...others, user: { app_metadata, last_password_reset, ...user },
  });
};
const played = (event, config = {}, options = {}, handler = LOGIN) =>
  play(load('post-login', { ...CONFIG, ...config }), handler, event, options);

/** Without what is said to people who read the tenant's logs, and how long it took. */
const done = async (...given) => {
  const { output, took, ...effects } = await played(...given);
  return effects;
};
const passed = (id_token = DATABASE) => ({ id_token });
const refused = (words = DENIED) => ({ ...passed(), ...words });
const silent = { transaction: { prompt: ['none'] } };
const grant = (protocol) => ({ transaction: { protocol, prompt: undefined } });

describe('Whose logins it looks at', () => {
  const hostile = bob(FLAGGED, {
    client: { client_id: 'unlisted' },
    transaction: { requested_scopes: ['openid', 'update:password'] },
  });

  for (const mode of NOBODY_MAY_BLOCK) {
    test(`not at those of a client that is not listed: ${mode}, a flag and the scope`, async () => {
      assert.deepStrictEqual(await played(hostile, { mode }), {});
    });
  }

  for (const config of [{ clients: [] }, { clients: undefined }, { clients: ['LOGIN-CLIENT', 'login-client2'] }]) {
    test(`at none with clients ${JSON.stringify(config.clients)}`, async () => {
      assert.deepStrictEqual(await played(bob(FLAGGED), config), {});
    });
  }

  test('at none as it is shipped', async () => {
    assert.deepStrictEqual(await play(load('post-login'), LOGIN, hostile), {});
    assert.deepStrictEqual(await play(load('post-login'), LOGIN, bob(FLAGGED)), {});
  });

  test('at those of each listed client', async () => {
    const event = bob(FLAGGED, { client: { client_id: 'other-listed-client' } });
    assert.deepStrictEqual(await done(event), refused());
  });

  for (const protocol of [
    'oauth2-password', 'oauth2-resource-owner', 'oauth2-resource-owner-jwt-bearer', 'oauth2-refresh-token',
    'oauth2-token-exchange', 'oauth2-access-token', 'oauth2-webauthn', 'oidc-ciba', 'oidc-ciba-web-link',
    'wstrust-usernamemixed',
  ]) {
    for (const mode of FORCING) {
      test(`${protocol} passes, whatever is due: ${mode}`, async () => {
        const event = bob(FLAGGED, { transaction: { protocol, requested_scopes: ['openid', 'update:password'] } });
        assert.deepStrictEqual(await played(event, { mode, first_login: 'always' }), {});
      });
    }
  }

  for (const protocol of [
    'oidc-basic-profile', 'oidc-implicit-profile', 'oidc-hybrid-profile', 'samlp', 'wsfed', 'oauth2-device-code',
    'not-oauth2-password', undefined,
  ]) {
    test(`${protocol} is denied where a new password is due`, async () => {
      assert.deepStrictEqual(await done(bob(FLAGGED, grant(protocol))), refused());
    });
    test(`${protocol} passes where none is`, async () => {
      assert.deepStrictEqual(await done(bob({}, grant(protocol))), passed());
    });
  }

  test('without a transaction it is denied all the same', async () => {
    const event = bob(FLAGGED, { transaction: undefined });
    assert.deepStrictEqual(await done(event), refused());
    assert.deepStrictEqual(await done(event, { mode: 'form' }, { canRedirect: false }), refused());
  });

  for (const strategy of ['google-oauth2', 'waad', 'ad', 'samlp', 'sms', 'email']) {
    for (const mode of FORCING) {
      test(`${strategy} passes: no password of ours was used (${mode})`, async () => {
        const event = bob(FLAGGED, { connection: { name: strategy, strategy } });
        const expected = passed({ 'urn:auth0_password:strategy': strategy });
        assert.deepStrictEqual(await done(event, { mode, first_login: 'always' }), expected);
      });
    }
  }
});

describe('Whether a new password is due', () => {
  const cases = [
    ['nothing is said', {}, undefined, 'passes'],
    ['no metadata at all', undefined, undefined, 'passes'],
    ['a flag that was lowered', { ...FLAGGED, needsPasswordReset: false }, undefined, 'passes'],
    ['a flag that somebody has taken away', { passwordResetRequiredAt: at(-MINUTE) }, undefined, 'passes'],
    ['null', { ...FLAGGED, needsPasswordReset: null }, undefined, 'passes'],
    ['a flag, and never another password', FLAGGED, undefined, 'due'],
    ['a flag, and an older password', FLAGGED, at(-2 * MINUTE), 'due'],
    ['a flag, and a password of the same millisecond', FLAGGED, at(-MINUTE), 'due'],
    ['a flag, and a newer password', FLAGGED, at(-59), 'answered'],
    ['times are compared, not texts', {
      needsPasswordReset: true, passwordResetRequiredAt: '2026-11-20T13:00:00.000+02:00',
    }, '2026-11-20T11:30:00.000Z', 'answered'],
    ['times are compared, not texts, the other way round', {
      needsPasswordReset: true, passwordResetRequiredAt: '2026-11-20T10:00:00.000-01:30',
    }, '2026-11-20T11:00:00.000Z', 'due'],
    ['seconds without milliseconds', {
      needsPasswordReset: true, passwordResetRequiredAt: '2026-11-20T11:00:00Z',
    }, '2026-11-20T11:00:00.001Z', 'answered'],
    ['a change that cannot be read', FLAGGED, 'yesterday', 'due'],
    ['a change that is a number', FLAGGED, NOW, 'due'],
    ['a change that is a list', FLAGGED, [at(0)], 'due'],
    ['a time to come', { ...FLAGGED, passwordResetRequiredAt: at(MINUTE) }, at(-1), 'due'],
    ['grace', { ...FLAGGED, passwordResetFrom: at(1) }, undefined, 'passes'],
    ['grace without a time of its own', { needsPasswordReset: true, passwordResetFrom: at(1) }, undefined, 'passes'],
    ['grace that is over', { ...FLAGGED, passwordResetFrom: at(0) }, undefined, 'due'],
    ['a grace that cannot be read', { ...FLAGGED, passwordResetFrom: 'next week' }, undefined, 'due'],
    ['a grace that is a number', { ...FLAGGED, passwordResetFrom: NOW + 1000 }, undefined, 'due'],
    ['a grace that is true', { ...FLAGGED, passwordResetFrom: true }, undefined, 'due'],
    ['a flag that is a text', { ...FLAGGED, needsPasswordReset: 'true' }, undefined, 'due'],
    ['a flag that is a number', { ...FLAGGED, needsPasswordReset: 1 }, undefined, 'due'],
    ['a flag that is an object', { ...FLAGGED, needsPasswordReset: {} }, undefined, 'due'],
    ['a flag that is a text, and a newer password', { ...FLAGGED, needsPasswordReset: 'true' }, at(-59), 'answered'],
  ];
  const lowered = { app_metadata: { needsPasswordReset: false } };
  const outcomes = { passes: passed(), due: refused(), answered: { ...passed(), ...lowered } };

  for (const [name, metadata, changed, outcome] of cases) {
    test(`${name}: ${outcome}`, async () => {
      assert.deepStrictEqual(await done(bob(metadata, {}, changed)), outcomes[outcome]);
    });
    test(`${name}: mode "site" stops nobody`, async () => {
      const expected = outcome === 'answered' ? outcomes.answered : passed();
      assert.deepStrictEqual(await done(bob(metadata, {}, changed), { mode: 'site' }), expected);
    });
  }

  const withoutTime = [
    undefined, null, '', 'soon', 0, NOW, true, {}, [], '2026-11-20', '2026-11-20T11:00:00', `${at(-MINUTE)} or so`,
  ];
  for (const passwordResetRequiredAt of withoutTime) {
    const metadata = { needsPasswordReset: true, passwordResetRequiredAt };
    for (const changed of [undefined, at(-MONTH), at(-1)]) {
      test(`the time ${JSON.stringify(passwordResetRequiredAt)} is due and replaced, changed ${changed}`, async () => {
        const expected = { ...refused(), app_metadata: { passwordResetRequiredAt: at(0) } };
        assert.deepStrictEqual(await done(bob(metadata, {}, changed)), expected);
      });
    }
    test(`the time ${JSON.stringify(passwordResetRequiredAt)} is the site's to write in mode "site"`, async () => {
      assert.deepStrictEqual(await done(bob(metadata), { mode: 'site' }), passed());
    });
  }

  test('the time that it wrote is one that it understands', async () => {
    const { app_metadata } = await done(bob({ needsPasswordReset: true }));
    const next = { needsPasswordReset: true, ...app_metadata };
    assert.deepStrictEqual(await done(bob(next, {}, at(-1))), refused());
    assert.deepStrictEqual(await done(bob(next, {}, at(1))), { ...passed(), ...lowered });
  });

  test('a newer password takes grace and the time of the mail away with the flag', async () => {
    const metadata = { ...FLAGGED, passwordResetFrom: at(MONTH), passwordMailSentAt: at(-30), theme: 'dark' };
    assert.deepStrictEqual((await done(bob(metadata, {}, at(-1)))).app_metadata, {
      needsPasswordReset: false, passwordResetFrom: null, passwordMailSentAt: null,
    });
  });

  for (const mode of NOBODY_MAY_BLOCK) {
    test(`a silent login with a newer password lowers the flag too: ${mode}`, async () => {
      assert.deepStrictEqual(await done(bob(FLAGGED, silent, at(-1)), { mode }), { ...passed(), ...lowered });
    });
  }
});

describe('First logins', () => {
  const first = { stats: { logins_count: 1 } };
  const cases = [
    ['always', 'never another password', {}, undefined, refused()],
    ['always', 'a change that cannot be read', {}, 'yesterday', refused()],
    ['always', 'has changed it', {}, at(-MONTH), passed()],
    ['always', 'somebody lowered the flag', { needsPasswordReset: false }, undefined, passed()],
    ['always', 'a flag', FLAGGED, at(-MONTH), refused()],
    ['always', 'grace', { ...FLAGGED, passwordResetFrom: at(1) }, undefined, passed()],
    ['never', 'never another password', {}, undefined, passed()],
    ['never', 'a flag without a time', { needsPasswordReset: true }, undefined, passed()],
    ['never', 'a flag with a time', FLAGGED, undefined, refused()],
    ['flagged', 'never another password', {}, undefined, passed()],
    ['flagged', 'a flag', FLAGGED, undefined, refused()],
    [undefined, 'a flag', FLAGGED, undefined, refused()],
    [undefined, 'never another password', {}, undefined, passed()],
  ];
  for (const [first_login, name, metadata, changed, expected] of cases) {
    for (const which of [first, {}]) {
      test(`${first_login}: ${name}, login ${which.stats?.logins_count ?? 2}`, async () => {
        assert.deepStrictEqual(await done(bob(metadata, which, changed), { first_login }), expected);
      });
    }
  }

  test('never: a time that cannot be read is due', async () => {
    const metadata = { needsPasswordReset: true, passwordResetRequiredAt: 'soon' };
    assert.strictEqual((await done(bob(metadata), { first_login: 'never' })).denied, 'password_reset_required');
  });
});

describe('Where it is forced', () => {
  for (const mode of [undefined, null, '', 'Site', 'constructor', 'sites', true]) {
    test(`the mode ${JSON.stringify(mode)} denies`, async () => {
      assert.deepStrictEqual(await done(bob(FLAGGED), { mode }), refused());
    });
  }

  for (const mode of FORCING) {
    test(`prompt=none is denied, and nothing is sent: ${mode}`, async () => {
      assert.deepStrictEqual(await done(bob(FLAGGED, silent), { mode }, { answers: [200] }), refused());
    });
    test(`prompt=none passes where nothing is due: ${mode}`, async () => {
      assert.deepStrictEqual(await done(bob({}, silent), { mode }), passed());
    });
    test(`where there is no browser it is denied: ${mode}`, async () => {
      const options = { canRedirect: false, answers: [200] };
      assert.deepStrictEqual(await done(bob(FLAGGED), { mode }, options), refused());
    });
  }

  test('what it writes to the console says nothing of anybody', async () => {
    const { output = '' } = await played(bob(FLAGGED), { mode: 'mail' }, { answers: [429] });
    assert.strictEqual(output, 'mail for a new password: refused with 429\n');
  });
});

describe('By mail', () => {
  const mode = 'mail';
  const tenant = 'https://login.northwind.example';
  const away = `${tenant}/v2/logout?returnTo=${encodeURIComponent(INSTRUCTIONS)}`;
  const mail = (changes = {}) => ({
    url: `${tenant}/dbconnections/change_password`,
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    redirect: 'error',
    body: JSON.stringify({
      client_id: 'login-client', email: 'bob@example.com', connection: 'Username-Password-Authentication', ...changes,
    }),
  });
  const byMail = (event, config = {}, answers = [200]) => done(event, { mode, ...config }, { answers });
  const sentTo = (email) => ({
    ...passed(), app_metadata: { passwordMailSentAt: at(0) }, redirect: away, sent: [mail({ email })],
  });

  test('a link is mailed, and the browser signed out on its way to the instructions', async () => {
    assert.deepStrictEqual(await byMail(bob(FLAGGED)), sentTo('bob@example.com'));
  });

  test('the address names no client: the tenant has allowed the instructions', async () => {
    const { redirect } = await byMail(bob(FLAGGED));
    assert.deepStrictEqual([...new URL(redirect).searchParams], [['returnTo', INSTRUCTIONS]]);
  });

  test('a flag without a time gets one', async () => {
    const { app_metadata } = await byMail(bob({ needsPasswordReset: true }));
    assert.deepStrictEqual(app_metadata, { passwordResetRequiredAt: at(0), passwordMailSentAt: at(0) });
  });

  test('in an organization it is that of the mail', async () => {
    const organization = { id: 'org_1', name: 'riverside', display_name: 'Riverside', metadata: {} };
    const { sent } = await byMail(bob(FLAGGED, { organization }));
    assert.deepStrictEqual(sent, [mail({ organization: 'org_1' })]);
  });

  test('http only where CONFIG says so', async () => {
    const event = bob(FLAGGED, { request: { hostname: '127.0.0.1:8001' } });
    const { redirect, sent } = await byMail(event, { scheme: 'http' });
    assert.strictEqual(sent[0].url, 'http://127.0.0.1:8001/dbconnections/change_password');
    assert.ok(redirect.startsWith('http://127.0.0.1:8001/v2/logout?'));
    for (const scheme of [undefined, '', 'javascript', 'HTTP']) {
      assert.ok((await byMail(event, { scheme })).redirect.startsWith('https://127.0.0.1:8001/'));
    }
  });

  for (const ago of [0, 1, 9 * MINUTE, 10 * MINUTE - 1, -MINUTE]) {
    test(`one is on its way since ${ago} s: no other`, async () => {
      const metadata = { ...FLAGGED, passwordMailSentAt: at(-ago) };
      assert.deepStrictEqual(await byMail(bob(metadata)), { ...passed(), redirect: away });
    });
  }

  for (const before of [at(-10 * MINUTE), at(-MONTH), at(MONTH), 'just now', NOW, true, null, {}]) {
    test(`the last one was at ${JSON.stringify(before)}: another`, async () => {
      const metadata = { ...FLAGGED, passwordMailSentAt: before };
      assert.deepStrictEqual(await byMail(bob(metadata)), sentTo('bob@example.com'));
    });
  }

  for (const answer of [400, 401, 403, 404, 429, 500, 503, 'silence', 'unreachable']) {
    test(`Auth0 answers ${answer}: never in, and the next login tries again`, async () => {
      assert.deepStrictEqual(await byMail(bob(FLAGGED), {}, [answer]), { ...refused(), sent: [mail()] });
    });
  }

  test('it does not wait for longer than a few seconds', async () => {
    const { took, output } = await played(bob(FLAGGED), { mode }, { answers: ['silence'] });
    assert.strictEqual(took, 5000);
    assert.strictEqual(output, 'mail for a new password: no answer\n');
  });

  describe('where to', () => {
    const google = { connection: 'google-oauth2', provider: 'google-oauth2', user_id: '1', isSocial: true };
    const database = (profileData) => ({
      connection: 'Username-Password-Authentication', provider: 'auth0', user_id: '2', isSocial: false,
      ...(profileData && { profileData }),
    });
    const linked = (...identities) => bob(FLAGGED, { user: { identities } });

    test('of linked identities to that of the database', async () => {
      const event = linked(google, database({ email: 'bob@work.example' }));
      assert.deepStrictEqual(await byMail(event), sentTo('bob@work.example'));
    });

    test('to that of the account where the database identity is the first', async () => {
      assert.deepStrictEqual(await byMail(linked(database(), google)), sentTo('bob@example.com'));
    });

    test('of two databases to the one that was used', async () => {
      const staff = { ...database({ email: 'bob@staff.example' }), connection: 'staff' };
      const event = linked(google, staff, database({ email: 'bob@work.example' }));
      assert.deepStrictEqual(await byMail(event), sentTo('bob@work.example'));
    });

    test('never to the account when the database identity shows none', async () => {
      assert.deepStrictEqual(await byMail(linked(google, database())), refused());
      assert.deepStrictEqual(await byMail(linked(google, database({ email: '' }))), refused());
    });

    for (const email of [undefined, null, '']) {
      test(`nobody without an address: ${JSON.stringify(email)}`, async () => {
        assert.deepStrictEqual(await byMail(bob(FLAGGED, { user: { email } })), refused());
      });
    }

    test('nobody where the host is not known', async () => {
      assert.deepStrictEqual(await byMail(bob(FLAGGED, { request: { hostname: undefined } })), refused());
    });
  });

  for (const instructions of [undefined, null, '']) {
    test(`without instructions it is denied: ${JSON.stringify(instructions)}`, async () => {
      assert.deepStrictEqual(await byMail(bob(FLAGGED), { instructions }), refused());
    });
  }

  test('who comes to /continue instead is denied, also with a newer password', async () => {
    for (const changed of [undefined, at(-1)]) {
      assert.deepStrictEqual(await done(bob(FLAGGED, {}, changed), { mode }, {}, BACK), DENIED);
    }
  });

  test('once it is changed the login passes, and nothing is mailed', async () => {
    const metadata = { ...FLAGGED, passwordMailSentAt: at(-30) };
    assert.deepStrictEqual(await byMail(bob(metadata, {}, at(-10))), {
      ...passed(), app_metadata: { needsPasswordReset: false, passwordMailSentAt: null },
    });
  });
});

describe('By form', () => {
  const mode = 'form';
  const saved = { prompt: { id: FORM, fields: {}, vars: { connection: 'x', password_changed: true } } };
  const lowered = { needsPasswordReset: false, passwordResetRequiredAt: at(-MINUTE) };
  const back = (event, config = {}) => done(event, { mode, ...config }, {}, BACK);

  test('it is shown, and told the connection', async () => {
    const vars = { connection: 'Username-Password-Authentication' };
    assert.deepStrictEqual(await done(bob(FLAGGED), { mode }), { ...passed(), render: { id: FORM, fields: {}, vars } });
  });

  test('a first login is shown it too', async () => {
    const { render } = await done(bob({}), { mode, first_login: 'always' });
    assert.strictEqual(render.id, FORM);
  });

  for (const form of [undefined, null, '']) {
    test(`without a form it is denied: ${JSON.stringify(form)}`, async () => {
      assert.deepStrictEqual(await done(bob(FLAGGED), { mode, form }), refused());
      const event = bob(lowered, { prompt: { ...saved.prompt, id: form } }, at(-1));
      assert.deepStrictEqual(await back(event, { form }), DENIED);
    });
  }

  test('Bob has a new password: in, with its time', async () => {
    const id_token = { ...DATABASE, 'urn:auth0_password:password_changed_at': NOW - 1000 };
    assert.deepStrictEqual(await back(bob(lowered, saved, at(-1))), { id_token });
  });

  test('the flow has left the flag and grace: they fall', async () => {
    const metadata = { ...FLAGGED, passwordResetFrom: at(-30) };
    const { app_metadata, denied } = await back(bob(metadata, saved, at(-1)));
    assert.deepStrictEqual({ app_metadata, denied }, {
      app_metadata: { needsPasswordReset: false, passwordResetFrom: null }, denied: undefined,
    });
  });

  const hostile = [
    ['goes to /continue without doing it', FLAGGED, { prompt: undefined }, undefined],
    ['cancels', FLAGGED, { prompt: { id: FORM, fields: {}, vars: { connection: 'x' } } }, undefined],
    ['cancels, and Auth0 shows no variables', FLAGGED, { prompt: { id: FORM } }, undefined],
    ['types the answer into a field', FLAGGED, { prompt: { id: FORM, fields: { password_changed: true } } }, at(-1)],
    ['waits until the owner has changed it elsewhere', FLAGGED, { prompt: { id: FORM, vars: {} } }, at(-1)],
    ['waits, and the flag has fallen', lowered, { prompt: { id: FORM, vars: {} } }, at(-1)],
    ['waits, and the flag was taken back', { ...lowered }, { prompt: { id: FORM, vars: {} } }, undefined],
    ['brings another form', lowered, { prompt: { ...saved.prompt, id: 'ap_another' } }, at(-1)],
    ['comes from an old password', lowered, saved, at(-2 * MINUTE)],
    ['comes from a password of the same millisecond', lowered, saved, at(-MINUTE)],
    ['comes with no change on record', lowered, saved, undefined],
    ['comes with a change that cannot be read', lowered, saved, 'just now'],
    ['is flagged again in the meantime', { ...FLAGGED, passwordResetRequiredAt: at(1) }, saved, at(-1)],
    ['is flagged again without a time', { needsPasswordReset: true }, saved, at(-1)],
  ];
  for (const [name, metadata, prompt, changed] of hostile) {
    test(`who ${name} is denied`, async () => {
      assert.deepStrictEqual(await back(bob(metadata, prompt, changed)), DENIED);
    });
  }

  test('the time of the change is in no other login', async () => {
    const { id_token } = await done(bob(lowered, saved, at(-1)), { mode });
    assert.deepStrictEqual(id_token, DATABASE);
  });
});

describe('After a breach', () => {
  const BREACHED = { ...FLAGGED, passwordResetReason: 'breach' };
  const away = `https://login.northwind.example/v2/logout?returnTo=${encodeURIComponent(INSTRUCTIONS)}`;
  const saved = { prompt: { id: FORM, fields: {}, vars: { password_changed: true } } };
  const inMode = async (mode, metadata, config = {}, changes = {}) => {
    const { sent = [], ...effects } = await done(bob(metadata, changes), { mode, ...config }, { answers: [200] });
    return { ...effects, mails: sent.length };
  };
  const mailed = { ...passed(), app_metadata: { passwordMailSentAt: at(0) }, redirect: away, mails: 1 };
  const back = (metadata, changed) => done(bob(metadata, saved, changed), { mode: 'form' }, {}, BACK);

  test('no form: a link is mailed', async () => {
    assert.deepStrictEqual(await inMode('form', BREACHED), mailed);
  });

  test('with a link on its way, no other', async () => {
    const metadata = { ...BREACHED, passwordMailSentAt: at(-MINUTE) };
    assert.deepStrictEqual(await inMode('form', metadata), { ...passed(), redirect: away, mails: 0 });
  });

  for (const instructions of [undefined, null, '']) {
    test(`without instructions it is denied: ${JSON.stringify(instructions)}`, async () => {
      assert.deepStrictEqual(await inMode('form', BREACHED, { instructions }), { ...refused(), mails: 0 });
    });
  }

  test('a form that is missing is no reason to deny', async () => {
    assert.deepStrictEqual(await inMode('form', BREACHED, { form: null }), mailed);
  });

  test('no mail, if it is not taken, and no form either', async () => {
    const effects = await done(bob(BREACHED), { mode: 'form' }, { answers: [503] });
    assert.deepStrictEqual(Object.keys(effects).sort(), ['denied', 'id_token', 'sent']);
  });

  test('silently nobody gets anything', async () => {
    assert.deepStrictEqual(await inMode('form', BREACHED, {}, silent), { ...refused(), mails: 0 });
  });

  for (const [mode, expected] of [
    ['site', { ...passed(), mails: 0 }], ['deny', { ...refused(), mails: 0 }], ['mail', mailed],
  ]) {
    test(`as without one: ${mode}`, async () => {
      assert.deepStrictEqual(await inMode(mode, BREACHED), expected);
    });
  }

  test('grace is grace', async () => {
    const metadata = { ...BREACHED, passwordResetFrom: at(1) };
    assert.deepStrictEqual(await inMode('form', metadata), { ...passed(), mails: 0 });
  });

  for (const passwordResetReason of [undefined, null, '', 'policy', 'first_login', 'Breach', true, ['breach'], {}]) {
    test(`the reason ${JSON.stringify(passwordResetReason)} is none: the form`, async () => {
      const { render } = await inMode('form', { ...FLAGGED, passwordResetReason });
      assert.strictEqual(render.id, FORM);
    });
  }

  test('the reason alone raises nothing', async () => {
    const metadata = { passwordResetReason: 'breach' };
    for (const mode of FORCING) assert.deepStrictEqual(await inMode(mode, metadata), { ...passed(), mails: 0 });
  });

  test('a newer password takes it away with the flag', async () => {
    const { app_metadata } = await done(bob(BREACHED, {}, at(-1)), { mode: 'form' });
    assert.deepStrictEqual(app_metadata, { needsPasswordReset: false, passwordResetReason: null });
  });

  for (const [name, metadata] of [
    ['is up', BREACHED],
    ['was lowered by the flow', { ...BREACHED, needsPasswordReset: false }],
    ['was raised for something else too', { ...BREACHED, passwordResetFrom: at(-1) }],
  ]) {
    test(`a form from before leads nowhere, and writes nothing; the flag ${name}`, async () => {
      for (const changed of [undefined, at(-2 * MINUTE), at(-MINUTE), at(-1)]) {
        assert.deepStrictEqual(await back(metadata, changed), DENIED);
      }
    });
  }

  test('the hand-over is as ever: the site refuses it', async () => {
    const transaction = { requested_scopes: ['openid', 'update:password'] };
    const { redirect } = await done(bob(BREACHED, { transaction }), { mode: 'form' });
    assert.ok(redirect.startsWith(HANDOVER));
  });
});

describe('The hand-over', () => {
  const asked = { transaction: { requested_scopes: ['openid', 'profile', 'email', 'update:password'] } };
  const asking = (changes = {}, metadata = {}) =>
    bob(metadata, { ...changes, transaction: { ...asked.transaction, ...changes.transaction } });
  const methods = (...entries) => ({
    authentication: { methods: entries.map(([name, seconds]) => ({ name, timestamp: at(seconds) })) },
  });
  const tokenOf = ({ redirect }) => new URL(redirect).searchParams.get('session_token');
  const payloadOf = async (event, config) => claimsOf(tokenOf(await done(event, config)));

  test('says who has proved what, signed, for a minute', async () => {
    const { redirect, ...others } = await done(asking());
    const token = tokenOf({ redirect });
    assert.deepStrictEqual(others, passed());
    assert.strictEqual(redirect, `${HANDOVER}?session_token=${token}`);
    assert.ok(isSigned(token, SECRET));
    assert.deepStrictEqual(claimsOf(token), {
      iss: 'login.northwind.example', sub: 'auth0|64f0c0ffee00000000000b0b', ip: '192.0.2.7',
      iat: NOW / 1000, exp: NOW / 1000 + 60,
      purpose: 'change-password', aud: 'https://www.northwind.example', app_state: 'application-state',
      method: 'pwd', auth_at: NOW - 1000, mfa: false,
    });
  });

  for (const mode of [...NOBODY_MAY_BLOCK, undefined]) {
    test(`comes before what is due: ${mode}`, async () => {
      const effects = await done(asking({}, FLAGGED), { mode }, { answers: [200] });
      assert.deepStrictEqual(Object.keys(effects).sort(), ['id_token', 'redirect']);
    });
  }

  test('names the organization', async () => {
    const organization = { id: 'org_1', name: 'riverside', display_name: 'Riverside', metadata: {} };
    assert.strictEqual((await payloadOf(asking({ organization }))).organization, 'org_1');
  });

  test('tells of a second factor', async () => {
    const mfa = { name: 'mfa', type: 'otp', timestamp: at(-1) };
    const pwd = { name: 'pwd', timestamp: at(-2) };
    assert.strictEqual((await payloadOf(asking({ authentication: { methods: [pwd, mfa] } }))).mfa, true);
  });

  test('of one that was shown after the password, not before', async () => {
    const cases = [[-2, 0, true], [-2, -2, true], [-2, -7, true], [-2, -8, false], [-60, -100, false], [-2, 6, false]];
    for (const [pwd, mfa, expected] of cases) {
      assert.strictEqual((await payloadOf(asking(methods(['pwd', pwd], ['mfa', mfa])))).mfa, expected, `${pwd} ${mfa}`);
    }
    const unreadable = [{ name: 'pwd', timestamp: at(-2) }, { name: 'mfa', timestamp: 'now' }];
    assert.strictEqual((await payloadOf(asking({ authentication: { methods: unreadable } }))).mfa, false);
  });

  test('takes the newest of them', async () => {
    const cases = [
      [[['pwd', -MONTH], ['pwd', -7]], ['pwd', -7]],
      [[['pwd', -7], ['pwd', -MONTH]], ['pwd', -7]],
      [[['passkey', -5], ['pwd', -60]], ['passkey', -5]],
      [[['passkey', -60], ['federated', -1], ['pwd', -5], ['https://example.com/kept', 0]], ['pwd', -5]],
      [[['pwd', -120]], ['pwd', -120]],
      [[['pwd', 5]], ['pwd', 5]],
    ];
    for (const [entries, [method, seconds]] of cases) {
      const payload = await payloadOf(asking(methods(...entries)));
      assert.deepStrictEqual([payload.method, payload.auth_at], [method, NOW + seconds * 1000]);
    }
  });

  const stale = [
    ['a password of long ago', methods(['pwd', -121])],
    ['that of a session', methods(['pwd', -MONTH], ['mfa', -1])],
    ['another kind', methods(['federated', -1], ['email', -1], ['sms', -1], ['phone_number', -1], ['mock', -1])],
    ['a time to come', methods(['pwd', 6])],
    ['a time far to come', methods(['pwd', MONTH], ['pwd', -MONTH])],
    ['no methods', methods()],
    ['no list of methods', { authentication: { methods: undefined } }],
    ['no authentication', { authentication: undefined }],
    ['a time that cannot be read', { authentication: { methods: [{ name: 'pwd', timestamp: 'now' }] } }],
    ['a time that is a number', { authentication: { methods: [{ name: 'pwd', timestamp: NOW }] } }],
    ['no time', { authentication: { methods: [{ name: 'pwd' }] } }],
    ['a silent login', { transaction: { prompt: ['none'] } }],
    ['SAML', { transaction: { protocol: 'samlp' } }],
    ['a device', { transaction: { protocol: 'oauth2-device-code' } }],
    ['no protocol', { transaction: { protocol: undefined } }],
  ];
  for (const [name, changes] of stale) {
    test(`${name} is not enough`, async () => {
      assert.deepStrictEqual(await done(asking(changes)), refused(STALE));
    });
  }

  for (const query of [{}, { max_age: '0', prompt: 'login' }, { max_age: '31536000' }, { max_age: '' }]) {
    test(`what the address says proves nothing: ${JSON.stringify(query)}`, async () => {
      const old = asking({ request: { query }, ...methods(['pwd', -MONTH]) });
      assert.deepStrictEqual(await done(old), refused(STALE));
      assert.ok((await done(asking({ request: { query } }))).redirect);
    });
  }

  for (const strategy of ['google-oauth2', 'waad', 'email']) {
    test(`${strategy} has no password to change`, async () => {
      const event = asking({ connection: { name: strategy, strategy } });
      assert.deepStrictEqual(await done(event), { ...passed({ 'urn:auth0_password:strategy': strategy }), ...STALE });
    });
  }

  const missing = [
    [{ handover: null }, {}],
    [{ handover: undefined }, {}],
    [{}, { secrets: { HANDOVER_SECRET: undefined } }],
    [{}, { secrets: { HANDOVER_SECRET: '' } }],
  ];
  for (const [config, changes] of missing) {
    const name = `without ${JSON.stringify({ ...config, ...changes })}`;
    test(`${name} the scope is overlooked`, async () => {
      assert.deepStrictEqual(await done(asking(changes), config), passed());
      assert.deepStrictEqual(await done(asking(changes, FLAGGED), config), refused());
      assert.match((await played(asking(changes), config)).output, /^update:password overlooked/);
    });
  }

  for (const requested_scopes of [undefined, [], ['openid'], ['update:passwords', 'update'], ['UPDATE:PASSWORD']]) {
    test(`is not for ${JSON.stringify(requested_scopes)}`, async () => {
      assert.deepStrictEqual(await done(bob({}, { transaction: { requested_scopes } })), passed());
    });
  }

  test('nobody comes back from it', async () => {
    for (const prompt of [undefined, { id: 'ap_another', vars: { password_changed: true } }]) {
      assert.deepStrictEqual(await done(asking({ prompt }), {}, {}, BACK), STALE);
    }
  });
});
