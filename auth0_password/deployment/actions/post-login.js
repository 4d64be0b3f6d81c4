/**
 * auth0-password: post-login, version 1
 *
 * Acts when somebody signs in at a page, for the clients in CONFIG. Logins of any other client pass as if this Action
 * were not there. Of the listed ones, it lets pass without a look what has no page and proves nothing new to a site,
 * whose own flag holds: the password grant (a site checks an old password with it), refresh tokens, token exchange,
 * CIBA, WS-Trust.
 *
 * In this order:
 *
 * 1. The scope `update:password` is a site's wish to change the password of whoever signs in now. It is answered with
 *    a signed token to the site's hand-over page, and only where a password or a passkey of a database connection was
 *    entered at most two minutes ago; otherwise with `reauthentication_required`. No code is issued either way. Without
 *    CONFIG.handover or HANDOVER_SECRET the scope is overlooked. After a breach it is answered, too: the site gives
 *    a link only for a second factor, of which the token tells if it came after; only the site knows if it counts.
 * 2. Social and enterprise logins pass: no password of ours was used.
 * 3. `app_metadata.needsPasswordReset` is up, and the password is not newer than `passwordResetRequiredAt`: a new one
 *    is due. A newer one lowers the flag here. Until `passwordResetFrom` nothing is due. A time that cannot be read
 *    never lets anybody in: where the flag has none, it gets the present one, and the next change counts.
 *    CONFIG.first_login "always": also due for whoever never had another password, unless the flag says false.
 *    "never": a flag without a time, set when the account was made, is the site's own affair.
 * 4. Where one is due, CONFIG.mode decides. "site": let in, the site blocks. "deny": `password_reset_required`. "mail":
 *    Auth0 mails a link, at most every ten minutes, and the browser is signed out on its way to CONFIG.instructions.
 *    "form": a form asks for the new password, and the login goes on once that form has saved one; not where
 *    `passwordResetReason` is "breach": somebody else may know the old password, so there it is as with "mail". With
 *    `prompt=none`, without an address, without the form, if the mail fails, in any other mode: denied. SAML,
 *    WS-Federation and device logins are treated likewise: somebody uses the old password at a page.
 *
 * Signed claims of the ID token: `urn:auth0_password:strategy`, that of the connection; and, once the form has saved a
 * new password in this very login, `urn:auth0_password:password_changed_at`, its time (Unix, ms).
 *
 * Secret: HANDOVER_SECRET, one of the site's setting of that name; needed for 1 only.
 *
 * It never makes a link for a new password, never holds a Management API token, never raises the flag, never writes
 * an address, a person or a secret to the console.
 */
const CONFIG = {};

const DATABASE = 'auth0';
const STRATEGY = 'urn:auth0_password:strategy';
const CHANGED_AT = 'urn:auth0_password:password_changed_at';
const RESET_REQUIRED = 'password_reset_required';
const REAUTHENTICATE = 'reauthentication_required';

const CHANGE = 'update:password';
const FRESH_MS = 120_000;
/** How far the clocks of two of Auth0's machines may be apart. */
const AHEAD_MS = 5_000;
const HANDOVER_S = 60;
const COOL_DOWN_MS = 600_000;
const MAIL_MS = 5_000;
const WITHOUT_PAGE = /^(oauth2-(?!device-code$)|oidc-ciba|wstrust-)/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const [CLEAR, DUE, ANSWERED] = ['clear', 'due', 'answered'];

exports.onExecutePostLogin = async (event, api) => {
  if (!isListed(event) || !hasPage(event)) return;
  api.idToken.setCustomClaim(STRATEGY, event.connection.strategy);
  if (asksForHandover(event)) {
    handOver(event, api);
    return;
  }
  if (event.connection.strategy !== DATABASE) return;
  const standing = standingOf(event);
  if (standing === ANSWERED) lowerFlag(event, api);
  if (standing === DUE && CONFIG.mode !== 'site') await force(event, api);
};

/** Whoever comes to /continue was sent away, or was not. Only what our form has saved leads on, after no breach. */
exports.onContinuePostLogin = async (event, api) => {
  if (isSavedByForm(event) && !isBreached(event) && standingOf(event) !== DUE) {
    lowerFlag(event, api);
    api.idToken.setCustomClaim(STRATEGY, event.connection.strategy);
    api.idToken.setCustomClaim(CHANGED_AT, timeOf(event.user.last_password_reset));
  } else {
    api.access.deny(asksForHandover(event) ? REAUTHENTICATE : RESET_REQUIRED);
  }
};

function isListed({ client }) {
  return (CONFIG.clients ?? []).includes(client.client_id);
}

function hasPage({ transaction }) {
  return !WITHOUT_PAGE.test(transaction?.protocol);
}

/* The hand-over */

function asksForHandover({ transaction, secrets }) {
  if (!transaction?.requested_scopes?.includes(CHANGE)) return false;
  if (CONFIG.handover && secrets.HANDOVER_SECRET) return true;
  console.log('update:password overlooked: no hand-over is configured');
  return false;
}

/** To the site, with a token that says who has just proved what. The site accepts it from the browser that asked. */
function handOver(event, api) {
  const method = proofOf(event);
  if (!method || !api.redirect.canRedirect()) {
    api.access.deny(REAUTHENTICATE);
    return;
  }
  const session_token = api.redirect.encodeToken({
    secret: event.secrets.HANDOVER_SECRET,
    expiresInSeconds: HANDOVER_S,
    payload: {
      purpose: 'change-password',
      aud: CONFIG.handover.audience,
      app_state: event.transaction.state,
      method: method.name,
      auth_at: timeOf(method.timestamp),
      mfa: methodsOf(event).some((it) => it.name === 'mfa' && isFresh(timeOf(it.timestamp), timeOf(method.timestamp))),
      ...(event.organization && { organization: event.organization.id }),
    },
  });
  api.redirect.sendUserTo(CONFIG.handover.url, { query: { session_token } });
}

/** The newest password or passkey, if it is fresh. Methods are the session's: a silent sign-in shows old ones. What
 * the request says of `max_age` or `prompt` proves nothing: anybody can take it out. */
function proofOf(event) {
  const { protocol = '' } = event.transaction;
  if (!protocol.startsWith('oidc-') || event.connection.strategy !== DATABASE) return undefined;
  return methodsOf(event)
    .filter(({ name, timestamp }) => ['pwd', 'passkey'].includes(name) && isFresh(timeOf(timestamp)))
    .sort((one, other) => timeOf(other.timestamp) - timeOf(one.timestamp))[0];
}

function methodsOf({ authentication }) {
  return authentication?.methods ?? [];
}

function isFresh(time, since) {
  const age = Date.now() - time;
  return age <= FRESH_MS && age >= -AHEAD_MS && !(time < since - AHEAD_MS);
}

/* Whether a new password is due */

function standingOf(event) {
  const { needsPasswordReset, passwordResetRequiredAt, passwordResetFrom } = metadataOf(event);
  const changed = timeOf(event.user.last_password_reset);
  if (!needsPasswordReset) {
    const isFirst = CONFIG.first_login === 'always' && Number.isNaN(changed);
    return isFirst && needsPasswordReset !== false ? DUE : CLEAR;
  }
  if (changed > timeOf(passwordResetRequiredAt)) return ANSWERED;
  if (timeOf(passwordResetFrom) > Date.now()) return CLEAR;
  return CONFIG.first_login === 'never' && !passwordResetRequiredAt ? CLEAR : DUE;
}

function metadataOf({ user }) {
  return user.app_metadata ?? {};
}

/** Whether others may know the password: then it proves nothing. Also with the flag down: a flow lowers no more. */
function isBreached(event) {
  return metadataOf(event).passwordResetReason === 'breach';
}

/** Milliseconds, as Auth0 and the site write times. NaN for all else, which is neither earlier nor later. */
function timeOf(value) {
  return typeof value === 'string' && TIME.test(value) ? Date.parse(value) : NaN;
}

/** `passwordResetRequiredAt` stays: it only grows. */
function lowerFlag(event, api) {
  const metadata = metadataOf(event);
  if (metadata.needsPasswordReset) api.user.setAppMetadata('needsPasswordReset', false);
  for (const key of ['passwordResetFrom', 'passwordResetReason', 'passwordMailSentAt']) {
    if (metadata[key] !== undefined) api.user.setAppMetadata(key, null);
  }
}

/** A flag without a time cannot be answered by a change: from now on it can. */
function dateFlag(event, api) {
  const { needsPasswordReset, passwordResetRequiredAt } = metadataOf(event);
  if (needsPasswordReset && Number.isNaN(timeOf(passwordResetRequiredAt))) {
    api.user.setAppMetadata('passwordResetRequiredAt', new Date().toISOString());
  }
}

/* What happens where one is due */

async function force(event, api) {
  dateFlag(event, api);
  const wanted = CONFIG.mode === 'form' && isBreached(event) ? 'mail' : CONFIG.mode;
  const mode = api.redirect.canRedirect() ? wanted : 'deny';
  if (mode === 'form' && CONFIG.form) {
    api.prompt.render(CONFIG.form, { vars: { connection: event.connection.name }, fields: {} });
  } else if (mode === 'mail' && CONFIG.instructions && (await isMailed(event, api))) {
    api.redirect.sendUserTo(`${tenant(event)}/v2/logout`, { query: { returnTo: CONFIG.instructions } });
  } else {
    api.access.deny(RESET_REQUIRED);
  }
}

/** Whether a link is on its way, since now or a few minutes ago. Each new one would void the one before. */
async function isMailed(event, api) {
  const sentAt = timeOf(metadataOf(event).passwordMailSentAt);
  if (Math.abs(Date.now() - sentAt) < COOL_DOWN_MS) return true;
  const outcome = await mailed(event);
  console.log(`mail for a new password: ${outcome}`);
  if (outcome !== 'sent') return false;
  api.user.setAppMetadata('passwordMailSentAt', new Date().toISOString());
  return true;
}

/** "sent", or why not. Auth0 takes any address: what is sent is for the inbox to show. */
async function mailed(event) {
  const email = addressOf(event);
  if (!email || !event.request.hostname) return 'no address';
  const wanted = { client_id: event.client.client_id, email, connection: event.connection.name };
  try {
    const answer = await fetch(`${tenant(event)}/dbconnections/change_password`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...wanted, ...(event.organization && { organization: event.organization.id }) }),
      redirect: 'error',
      signal: AbortSignal.timeout(MAIL_MS),
    });
    return answer.ok ? 'sent' : `refused with ${answer.status}`;
  } catch {
    return 'no answer';
  }
}

/** That of the database identity: of linked ones the account itself shows the first one's only. */
function addressOf({ user, connection }) {
  const isUsed = (identity) => identity.provider === DATABASE && identity.connection === connection.name;
  const place = user.identities.findIndex(isUsed);
  return place > 0 ? user.identities[place].profileData?.email : user.email;
}

/** The host at which this login runs. */
function tenant({ request }) {
  return `${CONFIG.scheme === 'http' ? 'http' : 'https'}://${request.hostname}`;
}

/* The form */

/** Whether the form of this very visit has saved a password, as its flow says where no browser can reach. That there
 * is a new one is not enough: the owner may have made it elsewhere, while somebody who knows the old one waits here. */
function isSavedByForm(event) {
  const { prompt, user } = event;
  const isOurs = Boolean(CONFIG.form) && prompt?.id === CONFIG.form && String(prompt.vars?.password_changed) === 'true';
  const changed = timeOf(user.last_password_reset);
  return isOurs && !Number.isNaN(changed) && !(changed <= timeOf(metadataOf(event).passwordResetRequiredAt));
}
