import { readFileSync } from 'node:fs';
import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { isLive, TASKS } from './place.ts';

/** What a handoff came to. */
export interface HandoffTally {
  /** One sentence for each promise that was broken. */
  readonly violations: readonly string[];
  readonly events: number;
  /** Replies that came after the project had left, and were heard by its receiver. */
  readonly late: number;
  /** Calls that their process did not live to hear the end of. */
  readonly uncertain: number;
}

/**
 * Compares the two stores once the run has ended at the receiver: its journal goes on from all that the sender has, every task and run
 * ended once, nothing that was done or answered before was asked again, and the project is live there alone.
 */
export async function checkHandoff(
  here: StateStore,
  there: StateStore,
  calls: string,
): Promise<HandoffTally> {
  const [before, after] = await Promise.all([readAll(here), readAll(there)]);
  const violations: string[] = [];
  const claim = (holds: boolean, sentence: string): void => {
    if (!holds) violations.push(sentence);
  };
  const ids = (events: readonly OverseerEvent[]): string => events.map(({ id }) => id).join('\n');
  claim(before.length > 0, 'The sender has no journal.');
  claim(
    ids(after.slice(0, before.length)) === ids(before),
    'The receiver does not go on from all that the sender has.',
  );
  claim(
    after.every(({ seq }, index) => seq === index + 1),
    'The receiver’s journal has a hole.',
  );
  claim(
    after.every(({ epoch }, index) => epoch >= (after[index - 1]?.epoch ?? 0)),
    'An epoch at the receiver is lower than the one before.',
  );
  claim(new Set(after.map(({ id }) => id)).size === after.length, 'An event is there twice.');
  const done = tasksOf(after, 'task.done');
  claim(done.length === TASKS && new Set(done).size === TASKS, `Tasks done: ${done.join(' ')}.`);
  claim(
    after.filter(({ type }) => type === 'run.finished').length === 1,
    'The run ended not once.',
  );
  const answered = after.flatMap(({ type, call }) => (type === 'call.finished' ? [call] : []));
  claim(new Set(answered).size === answered.length, 'A call has two answers.');
  claim(!(await isLive(here)), 'The project is live at its sender.');
  claim(await isLive(there), 'The project is not live at its receiver.');
  const notes = await here.events.read({ stream: 'handoff/default', after: 0, limit: 10_000 });
  const closed = notes.filter(({ type }) => type === 'handoff.closed').length;
  claim(closed === 1, `The handoff was closed ${closed} times.`);
  const heard = after.filter(({ type }) => type === 'handoff.heard');
  const lines = readFileSync(calls, 'utf8').trim().split('\n');
  const late = notes.filter(({ type }) => type === 'handoff.reply');
  for (const task of [...tasksOf(before, 'task.done'), ...late.map(({ task: key }) => key)]) {
    const again = lines.filter((line) => line === `work ${task}`).length;
    claim(again === 0, `${task} was done before, and asked for ${again} times again.`);
  }
  claim(heard.length === late.length, `${late.length} replies came late, ${heard.length} heard.`);
  const uncertain = after.filter(
    (event) => event.type === 'call.failed' && event.data.uncertain,
  ).length;
  return { violations, events: after.length, late: heard.length, uncertain };
}

function tasksOf(events: readonly OverseerEvent[], type: string): readonly (string | undefined)[] {
  return events.filter((event) => event.type === type).map(({ task }) => task);
}

async function readAll(store: StateStore): Promise<readonly OverseerEvent[]> {
  return await store.events.read({ stream: 'project/default', after: 0, limit: 10_000 });
}
