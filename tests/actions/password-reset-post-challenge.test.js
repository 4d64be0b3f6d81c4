'use strict';
// Between a link and the new password.

const assert = require('node:assert');
const { createHmac } = require('node:crypto');
const { describe, test } = require('node:test');
const { NOW, at, claimsOf, events, isSigned, load, play } = require('./acting');

const SECRET = 'w3-share-this-with-one-Action-of-the-tenant';
const VERIFIER = { url: 'https://www.northwind.example/account/verify/' };
const RESULT = 'https://www.northwind.example/account/login/';
const STATE = 'state-of-the-flow';
const BOB = events.challenge().user.user_id;
const UNREADABLE = /^We cannot see right now/;
const UNVERIFIED = /^This could not be verified/;

const action = (config = {}) =>
  load('password-reset-post-challenge', {
    clients: ['login-client'], challenge: true, verifier: null, result_url: null, ...config,
  });
const open = (changes = {}, config = {}) => {
  const event = events.challenge({ secrets: { VERIFIER_SECRET: SECRET }, ...changes });
  return play(action(config), 'onExecutePostChallenge', event);
};
const enrolled = (...types) => ({ user: { enrolledFactors: types.map((type) => ({ type })) } });
const UNKNOWN = { user: { enrolledFactors: undefined } };
const by = (...names) => ({ authentication: { methods: names.map((name) => ({ name, timestamp: at(-1) })) } });

describe('clients', () => {
  test('that are not listed: nothing of ours, whatever there is to ask', async () => {
    for (const client of [{ client_id: 'another' }, { client_id: undefined }, undefined]) {
      const result = await open({ client, ...enrolled('otp') }, { verifier: VERIFIER, result_url: RESULT });
      assert.deepStrictEqual(result, {});
    }
  });

  test('as the file is shipped: none is listed', async () => {
    const shipped = load('password-reset-post-challenge');
    assert.deepStrictEqual(await play(shipped, 'onExecutePostChallenge', events.challenge(enrolled('otp'))), {});
  });
});

describe('second factors', () => {
  const asked = async (...given) => (await open(...given)).challenges;
  const one = (...factors) => [{ choose: false, factors }];

  test('of somebody who has none are not asked for', async () => {
    assert.deepStrictEqual(await open(enrolled()), {});
  });

  test('that cannot be read are a refusal, with words', async () => {
    const { denied, challenges, output } = await open(UNKNOWN, { result_url: RESULT });
    assert.match(denied, UNREADABLE);
    assert.deepStrictEqual([challenges, output], [undefined, 'refused: unreadable\n']);
  });

  for (const type of ['otp', 'webauthn-roaming', 'webauthn-platform', 'push-notification', 'phone', 'recovery-code']) {
    test(`${type} alone is asked for`, async () => {
      assert.deepStrictEqual(await asked(enrolled(type)), one(type));
    });
  }

  test('are all offered, the best first and the recovery code last', async () => {
    const best = ['webauthn-roaming', 'webauthn-platform', 'otp', 'push-notification', 'phone'];
    const all = enrolled('recovery-code', 'new-kind', ...best.toReversed());
    assert.deepStrictEqual(await asked(all), one(...best, 'new-kind', 'recovery-code'));
  });

  test('are named once, with several keys of a kind', async () => {
    const keys = enrolled('webauthn-roaming', 'webauthn-roaming', 'otp');
    assert.deepStrictEqual(await asked(keys), one('webauthn-roaming', 'otp'));
  });

  test('a kind that nobody knows yet is asked for: Auth0 fails if it cannot', async () => {
    assert.deepStrictEqual(await asked(enrolled('face')), one('face'));
  });

  test('never the mailbox that the link went to', async () => {
    assert.deepStrictEqual(await open(enrolled('email')), {});
    assert.deepStrictEqual(await asked(enrolled('email', 'otp')), one('otp'));
    assert.deepStrictEqual(await asked(enrolled('email', 'recovery-code')), one('recovery-code'));
  });

  test('nor where Auth0 does not say how the first step was passed', async () => {
    for (const authentication of [undefined, {}, { methods: [] }]) {
      assert.deepStrictEqual(await asked({ authentication, ...enrolled('email', 'otp') }), one('otp'));
    }
  });

  test('never the telephone that the first step was passed with, but then the mailbox', async () => {
    const both = enrolled('email', 'phone', 'sms', 'voice');
    assert.deepStrictEqual(await asked({ ...by('phone_number'), ...both }), one('email'));
    assert.deepStrictEqual(await open({ ...by('phone_number', 'email'), ...both }), {});
    assert.deepStrictEqual(await asked({ ...by('email'), ...both }), one('phone', 'sms', 'voice'));
  });

  test('of a sign-in before are no proof for this link', async () => {
    const methods = [{ name: 'mfa', type: 'otp', timestamp: at(-1) }, { name: 'email', timestamp: at(-1) }];
    assert.deepStrictEqual(await asked({ authentication: { methods }, ...enrolled('otp') }), one('otp'));
  });

  test('are not asked for where the site does not want them', async () => {
    assert.deepStrictEqual(await open(UNKNOWN, { challenge: false }), {});
  });
});

test('where to go after the change is said, with a challenge and without', async () => {
  assert.deepStrictEqual(await open({}, { result_url: RESULT }), { result_url: RESULT });
  const { result_url: url, challenges } = await open(enrolled('otp'), { result_url: RESULT });
  assert.deepStrictEqual([url, challenges.length], [RESULT, 1]);
});

describe('to the verifier', () => {
  const config = { verifier: VERIFIER, result_url: RESULT };

  test('with a token that says who, what for, and no more', async () => {
    const { redirect, ...rest } = await open(enrolled('otp'), config);
    assert.deepStrictEqual(rest, {});
    const { origin, pathname, searchParams } = new URL(redirect);
    assert.strictEqual(origin + pathname, VERIFIER.url);
    assert.deepStrictEqual([...searchParams.keys()], ['session_token']);
    const token = searchParams.get('session_token');
    assert.ok(isSigned(token, SECRET));
    const { visit, ...claims } = claimsOf(token);
    assert.match(visit, /^[0-9a-f-]{36}$/);
    assert.deepStrictEqual(claims, {
      purpose: 'verify', sub: BOB, iss: 'login.northwind.example', ip: '192.0.2.7',
      iat: NOW / 1000, exp: NOW / 1000 + 900,
    });
  });

  test('with another token each time, in the same second too', async () => {
    const visits = [await open({}, config), await open({}, config)];
    assert.notStrictEqual(visits[0].redirect, visits[1].redirect);
  });

  test('whatever stands in the link', async () => {
    const query = { session_token: 'forged', state: STATE, approved: 'true', enrolledFactors: '[]', clients: 'x' };
    assert.ok((await open({ request: { query } }, config)).redirect.startsWith(VERIFIER.url));
  });

  test('also before it is known what is enrolled', async () => {
    assert.ok((await open(UNKNOWN, config)).redirect);
  });

  test('without a secret: a refusal', async () => {
    for (const VERIFIER_SECRET of [undefined, '']) {
      const { denied, redirect } = await open({ secrets: { VERIFIER_SECRET } }, config);
      assert.match(denied, UNVERIFIED);
      assert.strictEqual(redirect, undefined);
    }
  });
});

describe('back from the verifier', () => {
  const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const answer = (changes = {}, secret = SECRET, header = { alg: 'HS256', typ: 'JWT' }) => {
    const claims = {
      iss: 'login-client', sub: BOB, state: STATE, iat: NOW / 1000, exp: NOW / 1000 + 60, purpose: 'verified',
      approved: true, words: '', ...changes,
    };
    const text = `${encoded(header)}.${encoded(claims)}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };
  const back = (session_token, changes = {}, config = {}) =>
    play(action({ verifier: VERIFIER, ...config }), 'onContinuePostChallenge', events.challenge({
      request: { method: 'POST', query: {}, body: { state: STATE, session_token } },
      secrets: { VERIFIER_SECRET: SECRET },
      ...changes,
    }));

  test('approved: on to the second factor, and then to where the site says', async () => {
    const result = await back(answer(), enrolled('email', 'otp'), { result_url: RESULT });
    assert.deepStrictEqual(result, { challenges: [{ choose: false, factors: ['otp'] }], result_url: RESULT });
  });

  test('approved, and no second factor: on', async () => {
    assert.deepStrictEqual(await back(answer()), {});
  });

  test('approved, and the factors unreadable: a refusal all the same', async () => {
    assert.match((await back(answer(), UNKNOWN)).denied, UNREADABLE);
  });

  test('refused: in the words of the site', async () => {
    const { denied, challenges } = await back(answer({ approved: false, words: 'Ask at the desk.' }), enrolled('otp'));
    assert.deepStrictEqual([denied, challenges], ['Ask at the desk.', undefined]);
  });

  for (const words of ['', '  ', undefined, null, 7, {}, ['x']]) {
    test(`refused without words (${JSON.stringify(words)}): in ours`, async () => {
      assert.match((await back(answer({ approved: false, words }))).denied, UNVERIFIED);
    });
  }

  const NONE = {
    'no answer': undefined,
    'an empty one': '',
    'one of one’s own': 'made.by.me',
    'another secret': answer({}, 'guessed'),
    'the empty secret': answer({}, ''.padEnd(1)),
    'no algorithm': `${encoded({ alg: 'none', typ: 'JWT' })}.${answer().split('.')[1]}.`,
    'another person’s': answer({ sub: 'auth0|mallory' }),
    'an old one': answer({ exp: NOW / 1000 }),
    'that of another visit': answer({ state: 'state-of-another-flow' }),
    'without a visit': answer({ state: undefined }),
    'the question itself': answer({ purpose: 'verify', approved: true }),
    'a hand-over': answer({ purpose: 'change-password' }),
    'no purpose': answer({ purpose: undefined }),
    'no decision': answer({ approved: undefined }),
    'almost approved': answer({ approved: 'true' }),
    'a number': answer({ approved: 1 }),
  };
  for (const [name, token] of Object.entries(NONE)) {
    test(`${name}: a refusal, and nothing else`, async () => {
      const { denied, output, ...rest } = await back(token, enrolled('otp'), { result_url: RESULT });
      assert.match(denied, UNVERIFIED);
      assert.deepStrictEqual([output, rest], ['refused: unverified\n', {}]);
    });
  }

  test('words count only where the site has signed them for this', async () => {
    for (const changes of [{ purpose: 'verify' }, { state: 'another' }, { sub: 'auth0|mallory' }]) {
      const { denied } = await back(answer({ ...changes, approved: false, words: 'Call 0900 123.' }));
      assert.match(denied, UNVERIFIED);
    }
  });

  test('in the query too: sites may come back by GET', async () => {
    const request = { query: { state: STATE, session_token: answer() }, body: {} };
    assert.deepStrictEqual(await back('', { request }), {});
  });

  describe('where Auth0 should compare less than it says', () => {
    const denied = async (claims, secrets) => {
      const api = { access: { deny: (words) => (api.denied = words) }, redirect: { validateToken: () => claims } };
      await action({ verifier: VERIFIER }).onContinuePostChallenge(events.challenge({ secrets }), api);
      return api.denied;
    };
    const approved = { sub: BOB, purpose: 'verified', approved: true };

    test('another person does not pass', async () => {
      assert.match(await denied({ ...approved, sub: 'auth0|mallory' }, { VERIFIER_SECRET: SECRET }), UNVERIFIED);
    });

    test('nor does anybody without a secret', async () => {
      for (const VERIFIER_SECRET of [undefined, '']) {
        assert.match(await denied(approved, { VERIFIER_SECRET }), UNVERIFIED);
      }
    });
  });
});

describe('words', () => {
  const LANGUAGES = { de: 'Es wurde nichts geändert', fr: 'Rien n’a été modifié', es: 'No se ha cambiado nada' };
  const refused = async (locale, config) => {
    const { denied } = await open({ ...UNKNOWN, secrets: {}, transaction: { locale } }, config);
    return denied;
  };

  for (const [language, words] of Object.entries({ ...LANGUAGES, en: 'Nothing was changed' })) {
    test(`are told in ${language}`, async () => {
      for (const config of [{}, { verifier: VERIFIER }]) {
        for (const locale of [language, `${language}-XX`]) assert.ok((await refused(locale, config)).includes(words));
      }
    });
  }

  test('are told in English where Auth0 names another language, or none', async () => {
    for (const locale of ['ja', undefined, '']) assert.match(await refused(locale), UNREADABLE);
  });
});
