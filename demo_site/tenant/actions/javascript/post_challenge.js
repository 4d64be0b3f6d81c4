'use strict';
// The api object of password-reset-post-challenge, version 1. It cannot write metadata, nor ask whether it may redirect.

const { cache } = require('./cache');
const { access, challenges, extended, prompt, redirect } = require('./common');

module.exports = (job, event, effects) => {
  const api = {};
  const { challengeWith, challengeWithAny } = challenges(api, effects);
  return Object.assign(api, {
    access: access(api, effects),
    authentication: { challengeWith, challengeWithAny },
    cache: cache(job, effects),
    prompt: prompt(api, effects),
    redirect: redirect(api, event, effects),
    transaction: {
      setResultUrl(url, { query } = {}) {
        effects.result_url = extended(url, query);
        return api;
      },
    },
  });
};
