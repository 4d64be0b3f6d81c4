// A reporter of node:test: one line of JSON for each test, with the names of its groups.

import { inspect } from 'node:util';

const why = (error) => (error ? inspect(error.cause ?? error) : '');

export default async function* lines(source) {
  const groups = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') groups.splice(data.nesting, Infinity, data.name);
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    if (data.details.type === 'suite' && data.details.error?.failureType === 'subtestsFailed') continue;
    if (data.details.type === 'suite' && type === 'test:pass') continue;
    const name = [...groups.slice(0, data.nesting), data.name].join(' > ');
    const left = (data.skip ?? data.todo) !== undefined;
    yield `${JSON.stringify({ name, passed: type === 'test:pass', left, why: why(data.details.error) })}\n`;
  }
}
