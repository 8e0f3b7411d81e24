import type { OverseerEvent, PlanTask, StateStore } from '@overseer/core/spec';
import { readStream } from '../package/read-stream.ts';
import { projectStream } from './handoff-journal.ts';

/** What open tasks name, so that whoever goes on with them must have it. */
export interface NamedByTasks {
  readonly models: readonly string[];
  readonly tools: readonly string[];
  readonly validators: readonly string[];
  readonly roles: readonly string[];
}

/** What a team has, by name: the options of `createOverseer` will do. */
export interface HandoffTeam {
  readonly models?: Readonly<Record<string, unknown>>;
  readonly tools?: Readonly<Record<string, unknown>>;
  readonly validators?: Readonly<Record<string, unknown>>;
  readonly roles?: Readonly<Record<string, unknown>>;
}

/** What the tasks of a project name that are not done. */
export async function needsOf(store: StateStore, project: string): Promise<NamedByTasks> {
  const stream = projectStream(project);
  const head = await store.events.head(stream);
  const open = new Map<string, Map<string, PlanTask>>();
  const models = new Map<string, string | undefined>();
  for await (const page of readStream(store, stream, { after: 0, head })) {
    for (const event of page) take(open, models, event);
  }
  const runs = [...open];
  const tasks = runs.flatMap(([, named]) => [...named.values()]);
  return {
    models: unique(
      runs.flatMap(([run, named]) => [...named.keys()].map((key) => models.get(`${run} ${key}`))),
    ),
    tools: unique(tasks.map(({ step }) => step?.tool)),
    validators: unique(tasks.flatMap(({ checks }) => checks.map(({ kind }) => kind))),
    roles: unique(tasks.map(({ role }) => role)),
  };
}

/** What a team lacks of it, in words. */
export function missingIn(team: HandoffTeam, needs: NamedByTasks): readonly string[] {
  const lacking = (kind: keyof NamedByTasks, word: string): readonly string[] =>
    needs[kind]
      .filter((name) => !(BUILT_IN[kind].includes(name) || Object.hasOwn(team[kind] ?? {}, name)))
      .map((name) => `${word} ${name}`);
  return [
    ...lacking('models', 'model'),
    ...lacking('tools', 'tool'),
    ...lacking('validators', 'validator'),
    ...lacking('roles', 'role'),
  ];
}

/** What every team has. */
const BUILT_IN: Readonly<Record<keyof NamedByTasks, readonly string[]>> = {
  models: [],
  tools: [],
  validators: ['answer', 'arithmetic', 'plan', 'review', 'goal', 'approve', 'patch', 'mend'],
  roles: ['overseer', 'reviewer', 'coder', 'worker'],
};

function take(
  open: Map<string, Map<string, PlanTask>>,
  models: Map<string, string | undefined>,
  event: OverseerEvent,
): void {
  const { run = '', task = '' } = event;
  switch (event.type) {
    case 'plan.accepted':
      open.set(run, new Map([...(open.get(run) ?? []), ...keyed(event.data.tasks)]));
      return;
    case 'plan.patched':
      for (const one of [...event.data.added, ...event.data.changed]) {
        open.get(run)?.set(one.key, one);
      }
      for (const key of event.data.removed) open.get(run)?.delete(key);
      return;
    case 'task.changed':
      // `null` takes a wish back, and what is left out changes none.
      if (event.data.model !== undefined)
        models.set(`${run} ${task}`, event.data.model ?? undefined);
      return;
    case 'task.done':
      open.get(run)?.delete(task);
      return;
    case 'run.finished':
    case 'run.erased':
      open.delete(run);
  }
}

function keyed(tasks: readonly PlanTask[]): readonly (readonly [string, PlanTask])[] {
  return tasks.map((task) => [task.key, task]);
}

function unique(names: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}
