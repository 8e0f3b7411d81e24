import { seededOrder } from '../internal/seeded-order.ts';
import type { EnsembleClosing } from '../spec/task.ts';
import { countVotes } from './count-votes.ts';

/** How one member of an ensemble ended; `output` is `undefined` where it failed. */
export interface EnsembleMember {
  readonly key: string;
  readonly output: string | undefined;
  readonly because: string | undefined;
}

/** How the answers of an ensemble become one. */
export type Closing =
  /** The answer of one member is that of all, and no model needs to be asked. */
  | { readonly kind: 'taken'; readonly from: string; readonly because: string }
  /** A judge is shown these answers, in this order. */
  | { readonly kind: 'judged'; readonly members: readonly string[] }
  /** There is no answer. */
  | { readonly kind: 'failed'; readonly because: string };

/** Decides how an ensemble whose members are done or have failed ends; `seed` gives the order of the answers. Pure. */
export function closeEnsemble(
  { kind, members }: EnsembleClosing,
  ended: readonly EnsembleMember[],
  seed: string,
): Closing {
  const answers = ended.flatMap(({ key, output }) =>
    output === undefined ? [] : [{ key, text: output }],
  );
  const [only] = answers;
  if (only === undefined) {
    const why = ended.map(({ key, because }) => `${key}: ${because ?? 'it gave nothing'}`);
    return {
      kind: 'failed',
      because: `none of its ${members.length} tries gave an answer; ${why.join('; ')}`,
    };
  }
  if (answers.length === 1) {
    const because = `${only.key} is the only one of ${members.length} that gave an answer`;
    return { kind: 'taken', from: only.key, because };
  }
  // To the letter: in code, what a vote passes over may be all the difference.
  if (answers.every(({ text }) => text.trim() === only.text.trim())) {
    return {
      kind: 'taken',
      from: only.key,
      because: `all ${answers.length} answers are the same`,
    };
  }
  const keys = answers.map(({ key }) => key);
  if (kind !== 'vote') return judged(keys, seed);
  const count = countVotes(answers);
  if (count.kind === 'split') return judged(count.keys, seed);
  return {
    kind: 'taken',
    from: count.key,
    because: `${count.votes} of ${answers.length} answers agree`,
  };
}

/** A judge that likes the first or the last place best must not make one model the winner. */
function judged(keys: readonly string[], seed: string): Closing {
  return { kind: 'judged', members: seededOrder(keys, seed) };
}
