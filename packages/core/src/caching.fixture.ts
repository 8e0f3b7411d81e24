import type { CacheOptions } from './call/cache-options.ts';
import { createOverseer } from './create-overseer.ts';
import type { Overseer } from './overseer.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { TaskGraph } from './spec/task.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

/** One small task, the same each time. */
export const NAME: TaskGraph = { tasks: [{ key: 'name', instruction: 'Name a river.' }] };

/** A model that never says the same twice. */
export function counting(more: Partial<FakeReply> = {}): FakeModel {
  return fakeModel({ reply: (_request, nth) => ({ text: `answer ${nth}`, ...more }) });
}

/** A team of one that keeps its answers. */
export function teamOf(model: FakeModel, cache: boolean | CacheOptions = true): Promise<Overseer> {
  return createOverseer({ overseer: 'a', models: { a: { model } }, cache });
}

/** The events of a type in a run, once it is over. */
export async function eventsOf<T extends OverseerEvent['type']>(
  run: Run,
  type: T,
): Promise<readonly OverseerEvent<T>[]> {
  const events: OverseerEvent<T>[] = [];
  for await (const event of run) if (event.type === type) events.push(event as OverseerEvent<T>);
  return events;
}
