'use strict';
// What the tenant tells the sites after a change.

const assert = require('node:assert');
const { createHmac } = require('node:crypto');
const { describe, test } = require('node:test');
const { NOW, at, events, load, play } = require('./acting');

const DOMAIN = 'northwind.eu.auth0.com';
const SITE = { url: 'https://www.northwind.example/account/hooks/action/', secret: 'ACTION_SECRET' };
const CRM = { url: 'https://crm.northwind.example/hooks/auth0', secret: 'RECEIVER_2_SECRET' };
const KEY = 'let us call this the key of both';
const secrets = {
  ACTION_SECRET: `whsec_${Buffer.from(KEY).toString('base64')}`,
  RECEIVER_2_SECRET: 'plain-secret-of-the-crm',
};

const tell = (options = {}, receivers = [SITE, CRM], changes = {}) => {
  const action = load('post-change-password', { domain: DOMAIN, receivers });
  return play(action, 'onExecutePostChangePassword', events.passwordChanged({ secrets, ...changes }), options);
};
const to = (receiver, sent) => sent.filter(({ url }) => url === receiver.url);
const signed = ({ headers, body }, key) => {
  const content = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
};
// Answers by receiver: each its own list, the last for ever.
const each = (lists) => {
  const left = new Map(lists.map(([receiver, ...answers]) => [receiver.url, answers]));
  return ({ url }) => (left.get(url).length > 1 ? left.get(url).shift() : left.get(url)[0]);
};

describe('the message', () => {
  test('says who, where, when and from where', async () => {
    const { sent } = await tell({ answers: [204] });
    assert.deepStrictEqual(JSON.parse(sent[0].body), {
      type: 'password.changed',
      timestamp: at(-1),
      data: {
        domain: DOMAIN,
        user_id: 'auth0|64f0c0ffee00000000000b0b',
        connection: 'Username-Password-Authentication',
        last_password_reset: at(-1),
        ip: '192.0.2.7',
        user_agent: 'Test',
        correlation_id: 'correlation-1',
      },
    });
    assert.deepStrictEqual([sent[0].method, sent[0].headers['content-type']], ['POST', 'application/json']);
  });

  test('leaves out what is not known', async () => {
    const { sent } = await tell({ answers: [204] }, [SITE], { request: undefined, transaction: undefined });
    const keys = Object.keys(JSON.parse(sent[0].body).data);
    assert.deepStrictEqual(keys, ['domain', 'user_id', 'connection', 'last_password_reset']);
  });

  test('has no address, and nothing of a password', async () => {
    const { sent } = await tell({ answers: [204] });
    assert.doesNotMatch(JSON.stringify(sent), /bob@|password"|whsec_|plain-secret/);
  });

  test('is signed with the secret of each receiver', async () => {
    const { sent } = await tell({ answers: [204] });
    const [site, crm] = sent;
    assert.strictEqual(site.headers['webhook-signature'], signed(site, Buffer.from(KEY)));
    assert.strictEqual(crm.headers['webhook-signature'], signed(crm, secrets.RECEIVER_2_SECRET));
    assert.strictEqual(site.headers['webhook-timestamp'], String(NOW / 1000));
  });

  test('has one name: for every receiver, every try, and the same change told twice', async () => {
    const first = await tell({ answers: [503, 503, 204] });
    const again = await tell({ answers: [204] });
    const names = new Set([...first.sent, ...again.sent].map(({ headers }) => headers['webhook-id']));
    assert.match([...names].join(), /^msg_[0-9a-f]{32}$/);
    assert.strictEqual(new Set([...first.sent, ...again.sent].map(({ body }) => body)).size, 1);
  });

  test('has another name for another change, and for another person', async () => {
    const names = new Set();
    for (const change of [{}, { user: { last_password_reset: at(-2) } }, { user: { user_id: 'auth0|carol' } }]) {
      const { sent } = await tell({ answers: [204] }, [SITE], change);
      names.add(sent[0].headers['webhook-id']);
    }
    assert.strictEqual(names.size, 3);
  });

  test('goes out without the time of the change where a custom database has none', async () => {
    const { sent } = await tell({ answers: [204] }, [SITE], { user: { last_password_reset: undefined } });
    const body = JSON.parse(sent[0].body);
    assert.strictEqual(body.timestamp, at(0));
    assert.ok(!('last_password_reset' in body.data));
  });
});

describe('receivers', () => {
  test('are told at the same time, and one that fails does not lose the other', async () => {
    const { sent, output, took } = await tell({ answers: each([[SITE, 'silence'], [CRM, 204]]) });
    assert.deepStrictEqual([to(SITE, sent).length, to(CRM, sent).length], [3, 1]);
    assert.strictEqual(sent[1].url, CRM.url);
    assert.strictEqual(output, 'taken by 1 of 2: no answer, 204\n');
    assert.strictEqual(took, 15_000);
  });

  for (const passing of [429, 500, 503, 'silence', 'unreachable']) {
    test(`who answer ${passing} are told again, and then take it`, async () => {
      const { sent, output } = await tell({ answers: [passing, passing, 204] }, [SITE]);
      assert.strictEqual(sent.length, 3);
      assert.strictEqual(output, 'taken by 1 of 1: 204\n');
    });
  }

  test('who are told again get the time of that try', async () => {
    const { sent } = await tell({ answers: ['unreachable', 503, 204] }, [SITE]);
    const times = sent.map(({ headers }) => headers['webhook-timestamp'] - NOW / 1000);
    assert.deepStrictEqual(times, [0, 2, 6]);
    for (const one of sent) assert.strictEqual(one.headers['webhook-signature'], signed(one, Buffer.from(KEY)));
  });

  for (const final of [200, 204, 301, 302, 307, 400, 401, 403, 404, 410, 413, 422]) {
    test(`who answer ${final} have answered`, async () => {
      const answer = [final, null, { location: 'https://elsewhere.example/' }];
      const { sent, output } = await tell({ answers: [answer, 204] }, [SITE]);
      assert.strictEqual(sent.length, 1);
      assert.strictEqual(output, `taken by ${final < 300 ? 1 : 0} of 1: ${final}\n`);
    });
  }

  test('are never followed elsewhere', async () => {
    const { sent } = await tell({ answers: [[302, null, { location: 'https://elsewhere.example/' }]] });
    assert.deepStrictEqual(sent.map(({ redirect }) => redirect), ['manual', 'manual']);
  });

  test('may say as much as they like: nobody listens', async () => {
    let cancelled = 0;
    const endless = () => [200, new ReadableStream({ cancel: () => (cancelled += 1) })];
    assert.strictEqual((await tell({ answers: endless })).output, 'taken by 2 of 2: 200, 200\n');
    assert.strictEqual(cancelled, 2);
  });

  test('are given up for good in time', async () => {
    const { sent, output, took } = await tell({ answers: ['silence'] });
    assert.deepStrictEqual([sent.length, took], [6, 15_000]);
    assert.strictEqual(output, 'taken by 0 of 2: no answer, no answer\n');
  });

  test('need https, unless they are this machine', async () => {
    const urls = [
      'http://www.northwind.example/', 'http://localhost.evil.example/', 'http://localhost@evil.example/',
      'http://127.0.0.1.evil.example/', 'http://notlocalhost/', 'ftp://www.northwind.example/', 'javascript:alert(1)',
      '/account/hooks/', '',
      'http://localhost:8000/', 'http://127.0.0.1:8000/', 'http://[::1]:8000/', 'HTTPS://www.northwind.example/',
    ];
    const { sent, output } = await tell({ answers: [204] }, urls.map((url) => ({ ...SITE, url })));
    assert.deepStrictEqual(sent.map(({ url }) => url), urls.slice(9));
    assert.strictEqual(output.match(/no https/g).length, 9);
  });

  test('without a secret are told nothing, and the others are', async () => {
    for (const secret of [undefined, '', 'whsec_']) {
      const changes = { secrets: { ...secrets, ACTION_SECRET: secret } };
      const { sent, output } = await tell({ answers: [204] }, [SITE, CRM], changes);
      assert.deepStrictEqual(sent.map(({ url }) => url), [CRM.url]);
      assert.strictEqual(output, 'taken by 1 of 2: no secret, 204\n');
    }
  });
});

describe('it never throws', () => {
  test('without receivers, or as it is shipped', async () => {
    assert.deepStrictEqual(await tell({}, []), { output: 'taken by 0 of 0: \n' });
    assert.ok(await play(load('post-change-password'), 'onExecutePostChangePassword', events.passwordChanged()));
  });

  test('about nobody', async () => {
    assert.deepStrictEqual(await tell({ answers: [204] }, [SITE], { user: { user_id: undefined } }), {});
    assert.deepStrictEqual(await tell({ answers: [204] }, [SITE], { user: undefined }), {});
  });

  test('whatever breaks on the way', async () => {
    const broken = () => { throw new Error('the certificate of bob@example.com has expired'); };
    const { output } = await tell({ answers: broken });
    assert.strictEqual(output, 'taken by 0 of 2: no answer, no answer\n');
  });
});

test('the console has no address, secret or person, and no more than is kept, for thirty receivers too', async () => {
  const many = Array.from({ length: 30 }, (_, place) => ({ ...SITE, url: `https://${place}.northwind.example/` }));
  const { output, took } = await tell({ answers: ['silence'] }, many);
  assert.ok(output.length <= 256);
  assert.match(output, /^taken by 0 of 30: no answer, /);
  assert.doesNotMatch(output, /northwind|auth0\||192\.0/);
  assert.strictEqual(took, 15_000);
});
