import { jsonText } from '../internal/json-text.ts';
import type { Check, Json } from '../spec/index.ts';
import { untrustedLine } from './untrusted.ts';

const longest = 2_000;

/** Says in words when a check passes; one line, at most about 2,000 characters. Empty where that goes without saying. */
export function describeCheck({ kind, value }: Check): string {
  const known = sentences[kind];
  if (known !== undefined) return known(value);
  return value === undefined
    ? `The check "${untrustedLine(kind, 80)}" passes.`
    : `The check "${untrustedLine(kind, 80)}" passes: ${inWords(value)}`;
}

const sentences: Readonly<Record<string, (value: Json | undefined) => string>> = {
  // Of every answer it is asked that its sums are right.
  arithmetic: () => '',
  command: (value) =>
    `The command \`${Array.isArray(value) ? value.map(inWords).join(' ') : inWords(value ?? '')}\` exits with code 0.`,
  tsc: () => 'The TypeScript compiler reports no error.',
  files: () => 'The files named above exist, and at least one of them has changed.',
  plan: () =>
    'The plan has the form that is asked for, and names only tasks and checks that there are.',
  // What these ask for, their tasks say.
  patch: () => 'It has the form that is asked for, and fits the rest of the plan.',
  mend: () => '',
  approve: () => 'A person approves it.',
  review: (value) => `A reviewer agrees: ${inWords(value ?? 'the task is done as asked')}`,
  schema: (value) => `The answer is JSON that follows this JSON Schema: ${inWords(value ?? {})}`,
};

function inWords(value: Json): string {
  return untrustedLine(jsonText(value), longest);
}
