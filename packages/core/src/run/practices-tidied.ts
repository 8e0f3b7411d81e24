import type { EventDraft } from '../journal/draft.ts';
import type { TidyPlan } from '../route/tidy-practices.ts';
import type { PracticeChange } from '../spec/practice-record.ts';

/** The event by which practices are tidied, which says in words what was done. Pure. */
export function practicesTidied(plan: TidyPlan, by: string): EventDraft<'practice.tidied'> {
  const { looked, changes, left, costliest } = plan;
  const data = { by, because: tidyWords(plan), looked, changes, left, costliest };
  // The scheduled one is the overseer's own doing.
  return by === OVERSEER
    ? { type: 'practice.tidied', data }
    : { type: 'practice.tidied', actor: `person:${by}`, data };
}

/** By whom it is done that nobody asked for. */
export const OVERSEER = 'overseer';

/** What was done, in a sentence. Pure. */
export function tidyWords({ looked, changes, left, undated }: TidyPlan): string {
  const done = (Object.keys(WORDS) as (keyof typeof WORDS)[]).flatMap((action) => {
    const count = changes.filter((one) => one.action === action).length;
    return count === 0 ? [] : [WORDS[action](count)];
  });
  if (undated > 0) done.push(`dated ${plural(undated, 'thing')} from now on`);
  const what = done.length === 0 ? 'nothing to tidy' : done.join(', ');
  const rest = left === 0 ? '' : `; ${plural(left, 'change')} left for the next time`;
  return `${what} in ${plural(looked, 'record')}${rest}`;
}

const WORDS: Readonly<Record<PracticeChange['action'], (count: number) => string>> = {
  merged: (count) => `merged ${plural(count, 'finding')} into others that say the same`,
  'let-go': (count) => `let go of ${plural(count, 'finding')}`,
  retired: (count) => `put ${plural(count, 'record')} into the past`,
  removed: (count) => `removed ${plural(count, 'record')} of the past`,
};

function plural(count: number, noun: string): string {
  return count === 1 ? `1 ${noun}` : `${count} ${noun}s`;
}
