import { parsePatch } from '../plan/patch-schema.ts';
import type { Json } from '../spec/json.ts';
import type { Validator } from '../spec/validator.ts';

/** Refuses another way for a task that is none by its form; whether it fits its plan is seen when it is taken up. */
export const patchValidator: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async (answer) => {
    const read = await parsePatch(answer.text);
    if (read.ok) return { kind: 'pass' };
    return { kind: 'fail', findings: read.problems.map((message) => ({ message })) };
  },
};

/** Asks a person for another way; whatever is said is one. */
export const mendValidator: Validator = {
  spec: 'validator/1',
  tier: 'person',
  validate: (_, { value }) => {
    const { person, request } = readMendCheck(value);
    return { kind: 'ask', of: { person }, request };
  },
  conclude: () => ({ kind: 'pass' }),
};

/** What `mend` is told. */
export interface MendCheck {
  readonly person: string;
  readonly request: string;
}

function readMendCheck(value: Json | undefined): MendCheck {
  // Written by the kernel and by nobody else; a plan cannot ask for it.
  if (typeof value === 'object' && value !== null && 'person' in value) {
    return value as unknown as MendCheck;
  }
  return { person: 'a person', request: 'Another way is wanted.' };
}
