'use strict';
// The event of one execution: fresh, and read-only all the way down.

function freeze(value) {
  if (value !== null && typeof value === 'object') {
    Object.values(value).forEach(freeze);
    Object.freeze(value);
  }
  return value;
}

// event.transaction.metadata is live: what an Action sets there it can read at once.
function live(transaction) {
  const metadata = { ...transaction.metadata };
  Object.defineProperty(transaction, 'metadata', { enumerable: true, get: () => Object.freeze({ ...metadata }) });
  return metadata;
}

const written = new WeakMap();

exports.frozen = (event) => {
  if (event.transaction?.metadata) written.set(event, live(event.transaction));
  return freeze(event);
};
exports.metadataOf = (event) => written.get(event) ?? {};
