'use strict';
// api.cache: shared by the Actions of one trigger. Times are milliseconds, values strings.

const { now } = require('./clock');

const MOST_ENTRIES = 20;
const LONGEST_KEY = 64;
const LARGEST_VALUE = 4096;
const LARGEST_CACHE = 8192;
const DEFAULT_LIFE = 15 * 60 * 1000;
const LONGEST_LIFE = 24 * 60 * 60 * 1000;

const size = (text) => Buffer.byteLength(text);
const failure = (code) => ({ type: 'error', code });

function expiry({ ttl, expires_at: expiresAt } = {}) {
  const given = [ttl === undefined ? [] : now() + ttl, expiresAt ?? []].flat();
  return given.length ? Math.min(...given) : now() + DEFAULT_LIFE;
}

function refusal(key, value, until, others) {
  if (typeof value !== 'string') return 'FailedToSetCacheRecord';
  if (size(key) > LONGEST_KEY) return 'CacheKeySizeExceeded';
  if (size(value) > LARGEST_VALUE) return 'CacheValueSizeExceeded';
  if (!Number.isFinite(until) || until > now() + LONGEST_LIFE) return 'InvalidExpiry';
  if (until <= now()) return 'ItemAlreadyExpired';
  const filled = others.reduce((sum, [name, record]) => sum + size(name) + size(record.value), 0);
  const full = others.length >= MOST_ENTRIES || filled + size(key) + size(value) > LARGEST_CACHE;
  return full ? 'CacheSizeExceeded' : null;
}

exports.cache = (job, effects) => {
  const entries = new Map(Object.entries(job.cache).filter(([, record]) => record.expires_at > now()));
  const changes = (effects.cache = {});
  return {
    get: (key) => entries.has(key) && entries.get(key).expires_at > now() ? { ...entries.get(key) } : undefined,
    set(key, value, options) {
      const until = expiry(options);
      const refused = refusal(key, value, until, [...entries].filter(([name]) => name !== key));
      if (refused) return failure(refused);
      const record = { value, expires_at: until };
      entries.set(key, record);
      changes[key] = record;
      return { type: 'success', record };
    },
    delete(key) {
      if (!entries.delete(key)) return failure('CacheKeyDoesNotExist');
      changes[key] = null;
      return { type: 'success' };
    },
  };
};
