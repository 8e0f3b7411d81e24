import type { ModelErrorKind } from '../spec/model.ts';

/**
 * Which kinds of failure a task waits out, since nothing is wrong with what it asked: `always`, or `alone`, which is as
 * long as nobody else's calls of that model succeed meanwhile. `no`: some failures in a row end the attempt.
 */
export const waitsOut: Readonly<Record<ModelErrorKind, 'always' | 'alone' | 'no'>> = {
  'rate-limit': 'always',
  quota: 'always',
  overloaded: 'always',
  loading: 'always',
  network: 'alone',
  server: 'alone',
  timeout: 'no',
  interrupted: 'no',
  protocol: 'no',
  auth: 'no',
  permission: 'no',
  'not-found': 'no',
  invalid: 'no',
  'context-overflow': 'no',
  'content-filter': 'no',
  unsupported: 'no',
  aborted: 'no',
};
