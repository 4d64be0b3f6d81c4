'use strict';
// Runs Actions: one job per line on stdin, one answer per line on stdout, one after the other.

const Module = require('node:module');
const readline = require('node:readline');
const { Worker } = require('node:worker_threads');
const clock = require('./javascript/clock');
const output = require('./javascript/output');
const { frozen } = require('./javascript/event');

const TRIGGERS = {
  'post-login': require('./javascript/post_login'),
  'password-reset-post-challenge': require('./javascript/post_challenge'),
  'post-change-password': require('./javascript/post_change_password'),
};
// Module-level code runs once for a version, and serves many executions.
const versions = new Map();

function load(job) {
  if (!versions.has(job.version)) {
    const action = new Module(`/actions/${job.version}.js`);
    action.filename = `/actions/${job.version}.js`;
    action._compile(job.code, action.filename);
    versions.set(job.version, action.exports);
  }
  return versions.get(job.version);
}

async function execute(job, effects) {
  const handler = load(job)[job.handler];
  if (handler) {
    const event = frozen(job.event);
    await handler(event, TRIGGERS[job.trigger](job, event, effects));
  }
}

async function answered(job) {
  clock.follow(job.now);
  output.begin();
  const effects = {};
  try {
    await execute(job, effects);
    return JSON.stringify({ effects, output: output.taken() });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return JSON.stringify({ error: { name: error?.name ?? 'Error', message }, output: output.taken() });
  }
}

// What an Action leaves running when it is done is nobody's concern.
process.on('uncaughtException', () => {});
process.on('unhandledRejection', () => {});

const write = process.stdout.write.bind(process.stdout);
output.install();
// Without the tenant there is nobody to end an Action that loops for ever: this thread goes on beside it.
const WATCH = `
  const { workerData: tenant } = require('node:worker_threads');
  setInterval(() => process.ppid === tenant || process.kill(process.pid, 'SIGKILL'), 1000);
`;
new Worker(WATCH, { eval: true, workerData: process.ppid }).unref();

const lines = readline.createInterface({ input: process.stdin });
lines.on('line', async (line) => {
  write(`${await answered(JSON.parse(line))}\n`);
});
lines.on('close', () => process.exit(0));
