import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import { readEvents } from './journal/read-events.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { Framework } from './spec/framework.ts';
import type { OpenStore } from './spec/store.ts';
import type { TaskGraph } from './spec/task.ts';
import type { Validator } from './spec/validator.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

/** A journal that outlives who opens it. */
export async function livingJournal(): Promise<OpenStore> {
  const store = await memory()();
  return async () => ({ ...store, close: async () => {} });
}

/** All events of a type in a journal. */
export async function eventsOfType<Type extends OverseerEvent['type']>(
  open: OpenStore,
  type: Type,
): Promise<readonly OverseerEvent<Type>[]> {
  const events: OverseerEvent<Type>[] = [];
  for await (const page of readEvents(await open(), 'project/default', undefined)) {
    for (const event of page) if (event.type === type) events.push(event as OverseerEvent<Type>);
  }
  return events;
}

/** Takes whatever does not say that it is bad. */
export const strict: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: ({ text }) =>
    text.startsWith('bad') ? { kind: 'fail', findings: [{ message: text }] } : { kind: 'pass' },
};

/** A framework that asks for nothing but the task. */
export function framework(id: string): Framework {
  const part = { title: 'Task', describe: 'What to do.', source: 'task', required: true } as const;
  return {
    spec: 'framework/1',
    definition: {
      schema: 'overseer.framework/1',
      ...{ id, version: '1.0.0', name: id, attribution: {} },
      components: [{ id: 'task', ...part }],
      layout: 'flat',
      rules: [],
      scoring: { pass: 0 },
      decompose: 'none',
      tests: [],
    },
  };
}

/** A team of one, `a`, that gives these answers one after the other, and then good ones. */
export function teamOfOne(
  store: OpenStore,
  answers: string[],
  more: Partial<OverseerOptions> = {},
): { readonly model: FakeModel; readonly open: () => Promise<Overseer> } {
  const model = fakeModel({ id: 'a-1', reply: () => ({ text: answers.shift() ?? 'good' }) });
  const models = { a: { model, concurrency: 1 } };
  const options = { overseer: 'a', models, validators: { strict }, store };
  return { model, open: () => createOverseer({ ...options, ...more }) };
}

/** So many tasks of one kind, which are judged. */
export function tasksOf(count: number, more: Partial<TaskGraph['tasks'][number]> = {}): TaskGraph {
  const task = { kind: 'write', checks: [{ kind: 'strict' }], ...more };
  return {
    tasks: Array.from({ length: count }, (_, nth) => ({ instruction: `Do ${nth}.`, ...task })),
  };
}
