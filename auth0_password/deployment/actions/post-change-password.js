/**
 * auth0-password: post-change-password, version 1
 *
 * Tells this tenant's sites that somebody of a database connection has a new password: `password.changed`, signed as
 * Standard Webhooks 1.0.0 says, to every receiver in CONFIG at the same time, so that none can lose the others' news.
 * Where nobody answers, or the answer is 429 or 5xx, it is sent again after 2 and 4 seconds: with 3 seconds for each
 * answer 15 at most, of the 20 that Auth0 gives. Any other answer is final. A repeat has the same `webhook-id`.
 *
 * Secrets: for each receiver the one that CONFIG names, "whsec_" and the key in base64, or any text.
 *
 * It never changes anybody or anything at Auth0, never holds up a change, never follows a redirect, never sends to
 * http (but to this machine, in a local tenant), never writes an address, a secret or a person to the console. What it
 * sends has no password in it, and is a hint: a site looks for itself.
 */
const crypto = require('crypto');

const CONFIG = {};

const ANSWER_MS = 3_000;
const PAUSES_MS = [2_000, 4_000];
const LONGEST_OUTPUT = 255;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

exports.onExecutePostChangePassword = async (event) => {
  if (!event.user?.user_id) return;
  const message = messageOf(event);
  const receivers = CONFIG.receivers ?? [];
  const outcomes = await Promise.all(receivers.map(({ url, secret }) => told(url, event.secrets[secret], message)));
  console.log(summary(outcomes).slice(0, LONGEST_OUTPUT));
};

/** What is sent: the same for each receiver and each try, and for the same change told twice. */
function messageOf({ user, connection, request, transaction }) {
  const changedAt = user.last_password_reset;
  const timestamp = changedAt ?? new Date().toISOString();
  const data = {
    domain: CONFIG.domain,
    user_id: user.user_id,
    connection: connection?.name,
    last_password_reset: changedAt,
    ip: request?.ip,
    user_agent: request?.user_agent,
    correlation_id: transaction?.correlation_id,
  };
  return {
    id: `msg_${crypto.createHash('sha256').update(`${user.user_id}\n${timestamp}`).digest('hex').slice(0, 32)}`,
    body: JSON.stringify({ type: 'password.changed', timestamp, data }),
  };
}

/** How it went with one receiver: a status, or why there is none. */
async function told(url, secret, message) {
  const key = keyOf(secret);
  if (!key.length) return 'no secret';
  if (!isSecure(url)) return 'no https';
  for (const pause of PAUSES_MS) {
    const outcome = await sent(url, key, message);
    if (!mayPass(outcome)) return outcome;
    await new Promise((goOn) => setTimeout(goOn, pause));
  }
  return sent(url, key, message);
}

/** One try. */
async function sent(url, key, { id, body }) {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), ANSWER_MS);
  try {
    const headers = headersOf(id, body, key);
    const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'manual', signal: giveUp.signal });
    answer.body?.cancel().catch(() => {});
    return answer.status;
  } catch {
    return 'no answer';
  } finally {
    clearTimeout(timer);
  }
}

/** The time is that of the try: receivers take what is a few minutes old at most. */
function headersOf(id, body, key) {
  const at = Math.floor(Date.now() / 1000);
  const signature = crypto.createHmac('sha256', key).update(`${id}.${at}.${body}`).digest('base64');
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': `v1,${signature}`,
  };
}

/** Empty where there is none. */
function keyOf(secret = '') {
  return secret.startsWith('whsec_') ? Buffer.from(secret.slice(6), 'base64') : Buffer.from(secret);
}

function isSecure(url) {
  const { protocol, hostname } = URL.canParse(url) ? new URL(url) : {};
  return protocol === 'https:' || (protocol === 'http:' && LOOPBACK.test(hostname));
}

/** Whether the next try may end otherwise. */
function mayPass(outcome) {
  return outcome === 'no answer' || outcome === 429 || outcome >= 500;
}

/** "taken by 1 of 2: 204, no answer" */
function summary(outcomes) {
  const taken = outcomes.filter((outcome) => outcome < 300).length;
  return `taken by ${taken} of ${outcomes.length}: ${outcomes.join(', ')}`;
}
