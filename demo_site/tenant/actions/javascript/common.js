'use strict';
// Parts of the api object that several triggers have. Setters return the whole object.

const { tokens } = require('./tokens');

exports.unplayed = (name) => () => {
  throw new Error(`${name} is not played by the local tenant`);
};

// An address with further parameters; what it carried already stays.
const extended = (url, query = {}) => {
  const target = new URL(url);
  for (const [name, value] of Object.entries(query)) target.searchParams.set(name, value);
  return target.toString();
};
exports.extended = extended;

exports.access = (api, effects) => ({
  deny(reason) {
    effects.denied = String(reason ?? '');
    return api;
  },
});

exports.challenges = (api, effects) => {
  const asked = (effects.challenges = []);
  const ask = (choose, factors) => {
    asked.push({ choose, factors: factors.map((factor) => factor.type) });
    return api;
  };
  return {
    challengeWith: (factor, { additionalFactors = [] } = {}) => ask(false, [factor, ...additionalFactors]),
    challengeWithAny: (factors) => ask(true, factors),
    enrollWith: exports.unplayed('api.authentication.enrollWith'),
    enrollWithAny: exports.unplayed('api.authentication.enrollWithAny'),
  };
};

exports.redirect = (api, event, effects) => ({
  ...tokens(event),
  sendUserTo(url, { query } = {}) {
    effects.redirect = extended(url, query);
    return api;
  },
});

const LARGEST_FIELDS = 24 * 1024;

exports.prompt = (api, effects) => ({
  render(id, { fields = {}, vars = {} } = {}) {
    if (effects.render) throw new Error('An Action can render only one form');
    if (JSON.stringify(fields).length > LARGEST_FIELDS) throw new Error('The fields of a form exceed 24 KB');
    effects.render = { id, fields, vars };
    return api;
  },
});
