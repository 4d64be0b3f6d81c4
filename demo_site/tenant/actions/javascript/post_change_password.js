'use strict';
// The api object of post-change-password, version 2: the cache, and nothing else.

const { cache } = require('./cache');

module.exports = (job, event, effects) => ({ cache: cache(job, effects) });
