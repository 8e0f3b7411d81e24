import type { Framework } from '@overseer/core/spec';

/** No framework: the task as it is written, with its result and checks. */
export const none: Framework = {
  spec: 'framework/1',
  definition: {
    schema: 'overseer.framework/1',
    id: 'none',
    version: '1.0.0',
    name: 'No framework',
    attribution: { note: 'The absence of a frame, for comparison with those that there are.' },
    components: [],
    layout: 'flat',
    rules: [],
    scoring: { pass: 0 },
    decompose: 'none',
    tests: [{ input: {}, expect: { pass: true, failed: [] } }],
  },
};
