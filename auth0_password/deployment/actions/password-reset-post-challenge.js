/**
 * auth0-password: password-reset-post-challenge, version 1
 *
 * Runs between a link for a new password and the page where it is chosen, for the clients in CONFIG. Links of any
 * other client pass as if this Action were not there. Anybody may ask for a link with the id of any client of the
 * connection, so what is asked here holds only where CONFIG lists them all.
 *
 * First, where CONFIG has a verifier, the browser goes to the site's page and comes back to /continue. Only an answer
 * that the site has signed, for this person and this visit, and that approves, leads on: coming back without one, with
 * somebody else's, an old or a used one is a refusal. Then one of the second factors that the person has enrolled is
 * asked for; whoever has none is asked for none. What the link was sent to is not asked for once more: the mailbox, or
 * the telephone where the first step was a code by text message. A recovery code comes last. If Auth0 cannot say what
 * is enrolled, it is a refusal. At last, CONFIG may name where to go after the change.
 *
 * The order is that of Auth0's sample for this trigger. Nothing is lost between: the way out is the first thing, and a
 * challenge belongs to the visit that has come back.
 *
 * Secret: VERIFIER_SECRET, one of the site's setting of that name; not needed without a verifier.
 *
 * It never asks for a factor that is not enrolled, never enrols one, never believes what stands in an address, never
 * changes anybody, never calls anything, never writes a person, a token or a secret to the console.
 */
const crypto = require('crypto');

const CONFIG = {};

const ASKED = 'verify';
const ANSWERED = 'verified';
const LIFE_S = 900;

const PHONE = ['phone', 'sms', 'voice'];
/** Whose page comes first; the others are a click away. What is not named here comes between the two. */
const FIRST = ['webauthn-roaming', 'webauthn-platform', 'otp', 'push-notification', ...PHONE, 'email'];
const LAST = 'recovery-code';

exports.onExecutePostChallenge = async (event, api) => {
  if (!CONFIG.clients?.includes(event.client?.client_id)) return;
  if (CONFIG.verifier) toVerifier(event, api);
  else toPassword(event, api);
};

exports.onContinuePostChallenge = async (event, api) => {
  const { purpose, sub, approved, words } = answerOf(event, api);
  const isForUs = purpose === ANSWERED && sub === event.user.user_id;
  if (isForUs && approved === true) toPassword(event, api);
  else refuse(event, api, 'unverified', isForUs ? words : '');
};

/** To the site, with a token that says who is on the way. `visit`: two in the same second are not the same token. */
function toVerifier(event, api) {
  const secret = event.secrets.VERIFIER_SECRET;
  if (!secret) {
    refuse(event, api, 'unverified');
    return;
  }
  const payload = { purpose: ASKED, visit: crypto.randomUUID() };
  const session_token = api.redirect.encodeToken({ secret, payload, expiresInSeconds: LIFE_S });
  api.redirect.sendUserTo(CONFIG.verifier.url, { query: { session_token } });
}

/** What the site has signed; empty if it has not. `validateToken` compares the `state`, and when it ends. */
function answerOf(event, api) {
  const secret = event.secrets.VERIFIER_SECRET;
  try {
    return (secret && api.redirect.validateToken({ secret, tokenParameterName: 'session_token' })) || {};
  } catch {
    return {};
  }
}

/** Towards the page for the new password: past a second factor, if there is one to ask for. */
function toPassword(event, api) {
  const factors = CONFIG.challenge ? factorsOf(event) : [];
  if (!factors) {
    refuse(event, api, 'unreadable');
    return;
  }
  const [factor, ...additionalFactors] = factors.map((type) => ({ type }));
  if (factor) api.authentication.challengeWith(factor, { additionalFactors });
  if (CONFIG.result_url) api.transaction.setResultUrl(CONFIG.result_url);
}

/** What to ask for, the best first; none if nothing is enrolled; undefined if Auth0 could not find out. */
function factorsOf({ user, authentication }) {
  if (!Array.isArray(user.enrolledFactors)) return undefined;
  const used = usedFor(authentication?.methods ?? []);
  const types = new Set(user.enrolledFactors.map(({ type }) => type));
  return [...types].filter((type) => !used.includes(type)).sort((one, other) => placeOf(one) - placeOf(other));
}

/** Factors that would only prove once more what the first step has proved. Without a word from Auth0 it was a mail. */
function usedFor(methods) {
  const names = methods.map(({ name }) => name);
  if (!names.includes('phone_number')) return ['email'];
  return names.includes('email') ? ['email', ...PHONE] : PHONE;
}

function placeOf(type) {
  if (type === LAST) return FIRST.length + 1;
  return FIRST.includes(type) ? FIRST.indexOf(type) : FIRST.length;
}

/** `theirs`: the site's own words. Auth0 shows them on its error page. */
function refuse(event, api, reason, theirs = '') {
  console.log(`refused: ${reason}`);
  const language = event.transaction?.locale?.slice(0, 2);
  const words = WORDS[language] ?? WORDS.en;
  api.access.deny(typeof theirs === 'string' && theirs.trim() ? theirs : words[reason]);
}

const WORDS = {
  en: {
    unverified: 'This could not be verified. Nothing was changed. Open the link again.',
    unreadable:
      'We cannot see right now how your account is protected. Nothing was changed. ' +
      'Open the link again in a few minutes.',
  },
  de: {
    unverified: 'Das ließ sich nicht bestätigen. Es wurde nichts geändert. Öffnen Sie den Link noch einmal.',
    unreadable:
      'Wie Ihr Konto geschützt ist, ist im Moment nicht zu sehen. Es wurde nichts geändert. ' +
      'Öffnen Sie den Link in ein paar Minuten noch einmal.',
  },
  fr: {
    unverified: 'Cela n’a pas pu être vérifié. Rien n’a été modifié. Ouvrez de nouveau le lien.',
    unreadable:
      'Nous ne pouvons pas voir pour le moment comment votre compte est protégé. Rien n’a été modifié. ' +
      'Ouvrez de nouveau le lien dans quelques minutes.',
  },
  es: {
    unverified: 'No se ha podido verificar. No se ha cambiado nada. Abra el enlace de nuevo.',
    unreadable:
      'En este momento no podemos ver cómo está protegida su cuenta. No se ha cambiado nada. ' +
      'Vuelva a abrir el enlace dentro de unos minutos.',
  },
};
