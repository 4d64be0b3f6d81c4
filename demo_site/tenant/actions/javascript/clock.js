'use strict';
// Date by the tenant's clock, which tests move.

const RealDate = Date;
let offset = 0;
const now = () => RealDate.now() + offset;

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, made) => Reflect.construct(target, given.length ? given : [now()], made),
  apply: () => new RealDate(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});

exports.now = now;
exports.follow = (tenantsNow) => {
  offset = tenantsNow - RealDate.now();
};
