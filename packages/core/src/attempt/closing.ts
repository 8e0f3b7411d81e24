import type { RunState, TaskState } from '../journal/run-state.ts';
import { type Closing, closeEnsemble } from '../plan/close-ensemble.ts';
import { readChoice } from '../plan/judge-choice.ts';

/**
 * How the ensemble that a task ends becomes one answer; `undefined` for every other task. Each attempt sees the answers
 * in an order of its own, which is the same whenever it is asked for. Pure.
 */
export function closingOf(run: RunState, { task, past }: TaskState): Closing | undefined {
  const { ensemble, key } = task;
  if (ensemble === undefined) return undefined;
  const members = ensemble.members.map((member) => {
    const state = run.tasks.get(member);
    const output = state?.status === 'done' ? state.output : undefined;
    return { key: member, output, because: state?.because };
  });
  // By what was answered, not by ids: the same work is told in the same words, and its judge's answer can be kept.
  const seed = [key, past.length, ...members.map(({ output = '' }) => output)].join('/');
  return closeEnsemble(ensemble, members, seed);
}

/** What the end of an ensemble makes of an attempt's answer, which is a judge's word or nothing. */
export type Taken =
  /** The answer stands by itself. */
  | { readonly kind: 'own' }
  | { readonly kind: 'from'; readonly member: string }
  | { readonly kind: 'refused'; readonly because: string };

/** Reads off whose answer an attempt at the end of an ensemble took. Pure. */
export function takenBy(run: RunState, task: TaskState, answer: string): Taken {
  const closing = closingOf(run, task);
  if (closing === undefined) return { kind: 'own' };
  if (closing.kind === 'failed') return { kind: 'refused', because: closing.because };
  if (closing.kind === 'taken') return { kind: 'from', member: closing.from };
  if (task.task.ensemble?.kind === 'merge') return { kind: 'own' };
  const choice = readChoice(answer, closing.members.length);
  if (!choice.ok) return { kind: 'refused', because: choice.problem };
  const member = closing.members[choice.place];
  return member === undefined
    ? { kind: 'refused', because: 'The choice is none of the answers.' }
    : { kind: 'from', member };
}
