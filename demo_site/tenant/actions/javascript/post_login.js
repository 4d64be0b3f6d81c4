'use strict';
// The api object of post-login, version 3.

const { cache } = require('./cache');
const { access, challenges, prompt, redirect, unplayed } = require('./common');
const { metadataOf } = require('./event');

const LONGEST_KEY = 64;
const LARGEST_VALUE = 8 * 1024;
const LARGEST_METADATA = 16 * 1024;
const LONGEST_USER_ID = 128;

// A function that keeps one more named value.
const kept = (api, effects, name) => {
  const values = (effects[name] = {});
  return (key, value) => {
    values[key] = value;
    return api;
  };
};

const listed = (api, effects, name) => {
  const values = (effects[name] = []);
  return (value) => {
    values.push(value);
    return api;
  };
};

const unplayedAll = (path, names) => Object.fromEntries(names.map((name) => [name, unplayed(`${path}.${name}`)]));

function transaction(api, event, effects) {
  const metadata = metadataOf(event);
  effects.transaction_metadata = metadata;
  return {
    setMetadata(key, value) {
      if (key.length > LONGEST_KEY) throw new Error('The key of transaction metadata is too long');
      if (!['string', 'number', 'boolean'].includes(typeof value) || JSON.stringify(value).length > LARGEST_VALUE) {
        throw new Error('The value of transaction metadata must be a string, a number or a boolean of at most 8 KB');
      }
      metadata[key] = value;
      if (JSON.stringify(metadata).length > LARGEST_METADATA) throw new Error('Transaction metadata exceeds 16 KB');
      return api;
    },
  };
}

function authentication(api, job, effects) {
  return {
    ...challenges(api, effects),
    recordMethod(url) {
      if (!job.continued) throw new Error('recordMethod can only be called in onContinuePostLogin');
      if (!/^https?:$/.test(new URL(url).protocol)) throw new Error('The method must be an http or https URL');
      (effects.methods ??= []).push(url);
      return api;
    },
    setPrimaryUser(userId) {
      if (userId.length > LONGEST_USER_ID) throw new Error('The user id is too long');
      if (effects.primary_user || job.primary_user) throw new Error('The primary user can be set only once');
      effects.primary_user = userId;
      return api;
    },
  };
}

module.exports = (job, event, effects) => {
  const api = {};
  return Object.assign(api, {
    access: access(api, effects),
    accessToken: {
      setCustomClaim: kept(api, effects, 'access_token'),
      addScope: listed(api, effects, 'add_scopes'),
      removeScope: listed(api, effects, 'remove_scopes'),
    },
    authentication: authentication(api, job, effects),
    cache: cache(job, effects),
    groups: unplayedAll('api.groups', ['getUserGroups', 'hasGroupMembership']),
    idToken: { setCustomClaim: kept(api, effects, 'id_token') },
    multifactor: {
      enable(provider, { allowRememberBrowser = false } = {}) {
        effects.multifactor = { provider, allowRememberBrowser };
        return api;
      },
    },
    prompt: prompt(api, effects),
    redirect: { ...redirect(api, event, effects), canRedirect: () => job.can_redirect },
    refreshToken: unplayedAll('api.refreshToken', [
      'revoke', 'setExpiresAt', 'setIdleExpiresAt', 'setMetadata', 'deleteMetadata', 'evictMetadata',
    ]),
    roles: unplayedAll('api.roles', ['getUserEffectiveRoles']),
    rules: { wasExecuted: () => false },
    samlResponse: unplayedAll('api.samlResponse', ['setAttribute']),
    session: {
      ...unplayedAll('api.session', [
        'setExpiresAt', 'setIdleExpiresAt', 'setCookieMode', 'setMetadata', 'deleteMetadata', 'evictMetadata',
      ]),
      revoke(reason) {
        effects.revoked = true;
        return api.access.deny(reason);
      },
    },
    transaction: transaction(api, event, effects),
    user: {
      setAppMetadata: kept(api, effects, 'app_metadata'),
      setUserMetadata: kept(api, effects, 'user_metadata'),
    },
    validation: unplayedAll('api.validation', ['error']),
  });
};
