'use strict';
// What an Action writes to its console, as far as it is kept.

const { format } = require('node:util');

const KEPT = 256;
const METHODS = ['log', 'info', 'warn', 'error', 'trace', 'debug'];
let text = '';

function write(...words) {
  if (text.length < KEPT) text += `${format(...words)}\n`;
}

exports.begin = () => {
  text = '';
};
exports.taken = () => text.slice(0, KEPT);
// stdout is where the answers go: nothing else may be written there.
exports.install = () => {
  for (const method of METHODS) console[method] = write;
  process.stdout.write = () => true;
  process.stderr.write = () => true;
};
