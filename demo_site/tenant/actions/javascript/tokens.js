'use strict';
// The signed tokens that a redirect takes along and brings back: JWTs, HS256, one secret for both sides.

const { createHmac, timingSafeEqual } = require('node:crypto');
const { now } = require('./clock');

const LIFE_S = 900;
const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (text, secret) => createHmac('sha256', secret).update(text).digest('base64url');
const seconds = () => Math.floor(now() / 1000);

function encode(event, { secret, payload = {}, expiresInSeconds = LIFE_S }) {
  if (!secret) throw new Error('secretOrPrivateKey must have a value');
  const { hostname: iss, ip } = event.request;
  const iat = seconds();
  const claims = { ...payload, iat, exp: iat + expiresInSeconds, sub: event.user.user_id, iss, ip };
  const text = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
  return `${text}.${signed(text, secret)}`;
}

function decoded(part) {
  try {
    return JSON.parse(Buffer.from(part ?? '', 'base64url').toString()) ?? {};
  } catch {
    return {};
  }
}

function isSigned(token, header, secret) {
  const [head, body, signature = ''] = token.split('.');
  const wanted = Buffer.from(signed(`${head}.${body}`, secret));
  const given = Buffer.from(signature);
  return header.alg === 'HS256' && given.length === wanted.length && timingSafeEqual(given, wanted);
}

function refusal(token, event, secret, state) {
  const [header, claims] = token.split('.').slice(0, 2).map(decoded);
  if (!header || !claims || !isSigned(token, header, secret)) return 'Failed signature validation';
  if (header.typ !== 'JWT') return 'Unexpected token payload type';
  const { sub, iss, exp, iat } = claims;
  if (!(sub && iss && Number.isFinite(exp) && Number.isFinite(iat))) return 'Missing or invalid standard claims';
  if (sub !== event.user.user_id) return 'The sub claim does not match the user_id.';
  if (exp <= seconds()) return 'Token has expired.';
  return claims.state === state ? null : 'State in the token does not match the /continue state.';
}

// Of the request to /continue: what was posted counts before what stands in the query.
function validate(event, { secret, tokenParameterName = 'session_token' }) {
  const sent = { ...event.request.query, ...event.request.body };
  const token = sent[tokenParameterName];
  if (!token) {
    const where = 'available in either the POST body or query string.';
    throw new Error(`There is no parameter called '${tokenParameterName}' ${where}`);
  }
  const refused = refusal(String(token), event, secret, sent.state);
  if (refused) throw new Error(`The session token is invalid: ${refused}`);
  return decoded(token.split('.')[1]);
}

exports.tokens = (event) => ({
  encodeToken: (options) => encode(event, options),
  validateToken: (options) => validate(event, options),
});
