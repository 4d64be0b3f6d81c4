'use strict';
// Around an Action: a network that answers as told, waits that take no time, and a console that is listened to.

const path = require('node:path');
const { format } = require('node:util');

const clock = require(path.resolve(__dirname, '..', '..', 'demo_site', 'tenant', 'actions', 'javascript', 'clock'));

const TURNS = 5;
const CONSOLE = ['log', 'info', 'warn', 'error', 'trace', 'debug'];
const turn = () => new Promise(setImmediate);

/** Run `act` to its end. Gives back what it sent and wrote; throws what it threw, and if it would wait for ever. */
exports.lived = async (act, answers) => {
  const timers = new Set();
  const sent = [];
  const lines = [];
  const restore = replaced({
    globalThis: { fetch: network(sent, answers), ...waits(timers) },
    AbortSignal: { timeout: (ms) => aborted(timers, ms) },
    console: Object.fromEntries(CONSOLE.map((name) => [name, (...words) => lines.push(`${format(...words)}\n`)])),
  });
  try {
    await settled(act(), timers);
  } finally {
    restore();
  }
  return { sent, output: lines.join('') };
};

function replaced(doubles) {
  const kept = [];
  for (const [owner, members] of Object.entries(doubles)) {
    const target = owner === 'globalThis' ? globalThis : globalThis[owner];
    for (const [name, double] of Object.entries(members)) {
      kept.push([target, name, target[name]]);
      target[name] = double;
    }
  }
  return () => kept.forEach(([target, name, original]) => (target[name] = original));
}

// Once nothing else can go on, the earliest timer is due, and the clock stands at its time.
async function settled(promise, timers) {
  let done = false;
  const end = Promise.resolve(promise).finally(() => (done = true));
  end.catch(() => {});
  for (;;) {
    for (let turns = 0; turns < TURNS && !done; turns += 1) await turn();
    if (done) return end;
    if (!timers.size) throw new Error('The Action waits for ever');
    const next = [...timers].reduce((first, timer) => (timer.at < first.at ? timer : first));
    timers.delete(next);
    clock.follow(Math.max(next.at, clock.now()));
    next.act();
  }
}

const waits = (timers) => ({
  setTimeout: (act, ms = 0, ...given) => timer(timers, ms, () => act(...given)),
  clearTimeout: (one) => timers.delete(one),
});

function timer(timers, ms, act) {
  const one = { at: clock.now() + ms, act, unref: () => one, ref: () => one };
  timers.add(one);
  return one;
}

function aborted(timers, ms) {
  const controller = new AbortController();
  const why = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
  timer(timers, ms, () => controller.abort(why));
  return controller.signal;
}

const network = (sent, answers) => {
  const left = typeof answers === 'function' ? [] : [...answers];
  return async (url, { method = 'GET', headers = {}, body, signal, redirect } = {}) => {
    const request = { url: String(url), method, headers: Object.fromEntries(new Headers(headers)), body };
    sent.push(redirect === undefined ? request : { ...request, redirect });
    const answer = typeof answers === 'function' ? answers(request) : left.length > 1 ? left.shift() : left[0];
    return answered(answer, signal);
  };
};

function answered(answer, signal) {
  if (answer === 'silence') return new Promise((_, reject) => silence(signal, reject));
  if (answer === 'unreachable' || answer === undefined) throw new TypeError('fetch failed');
  const [status, body = null, headers = {}] = [answer].flat();
  return new Response(body, { status, headers });
}

function silence(signal, reject) {
  if (signal?.aborted) reject(signal.reason);
  else signal?.addEventListener('abort', () => reject(signal.reason));
}
