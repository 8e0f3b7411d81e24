import type { OverseerOptions, Run } from '@overseer/core';
import { type OpenTeam, openTeam } from '../../packages/core/src/create-overseer.ts';
import { Overseer } from '../../packages/core/src/overseer.ts';
import type { SimulatedProcess } from './process.ts';
import type { OpenQueue } from './queue.ts';
import { type PlannedRun, type Scenario, THINKER } from './scenario.ts';
import { scriptedValidators } from './scripted-checks.ts';
import { scriptedModel, THINKING } from './scripted-model.ts';
import { scriptedTools } from './scripted-tools.ts';
import { scriptedWorkspaces } from './scripted-workspaces.ts';
import type { OpenDisk, World } from './world.ts';

/** What a host holds of one life of the overseer. */
export interface Life {
  readonly process: SimulatedProcess;
  readonly team: OpenTeam;
  readonly overseer: Overseer;
  readonly handles: Map<string, Run>;
  /** Questions to people that somebody is going to answer. */
  readonly heard: Set<string>;
  /** Runs whose result has not settled. */
  readonly awaited: Set<string>;
  readonly results: Map<string, 'rejected' | Awaited<Run['result']>>;
  closing: Promise<void> | undefined;
  closed: boolean;
}

/** Reviews too, so that their answers go through the cache. */
const CACHED = ['code', 'write', 'test', 'document', 'review'];

/** Opens an overseer in a process. */
export async function openLife(
  world: World,
  process: SimulatedProcess,
  disk: OpenDisk,
  queue: OpenQueue,
): Promise<Life> {
  const { scenario } = world;
  const random = world.random(`jitter`);
  const models = scenario.models.map((habits) => [
    habits.name,
    {
      model: scriptedModel(world, process, habits),
      goodAt: habits.goodAt,
      fallback: habits.fallback,
      limits: habits.limits,
      ...(habits.remote ? { workers: true } : {}),
      concurrency: habits.learns ? { auto: true, max: habits.concurrency } : habits.concurrency,
      ...(habits.role === undefined ? {} : { role: habits.role }),
    },
  ]);
  const worker = { text: 'Work.', tools: ['none', 'idempotent', 'probe', 'once'] };
  const team = await openTeam({
    overseer: 'm0',
    models: Object.fromEntries(models),
    tools: scriptedTools(world, process),
    validators: scriptedValidators(world, process),
    store: () => disk(process),
    ...(scenario.isShared ? { standby: true } : {}),
    ...(scenario.crew === undefined
      ? {}
      : { transport: () => queue(process), holdMs: scenario.crew.holdMs }),
    clock: process.clock,
    random,
    maxAttempts: scenario.maxAttempts,
    patienceMs: scenario.patienceMs,
    routing: scenario.routing,
    graceMs: scenario.graceMs,
    checksAtOnce: 2,
    maxOutputTokens: 400,
    ...boundsOf(scenario),
    cache: scenario.has('twins') && { ttlMs: 20_000, kinds: CACHED },
    budgets: scenario.budgets,
    roles: {
      [THINKER]: { text: THINKING },
      ...(scenario.has('tools') ? { worker, coder: worker } : {}),
    },
    ...(scenario.has('files') ? { workspaces: scriptedWorkspaces(world, process) } : {}),
  });
  const overseer = new Overseer(team.settings, team.open, team.dispose);
  return {
    process,
    team,
    overseer,
    handles: new Map(),
    heard: new Set(),
    awaited: new Set(),
    results: new Map(),
    closing: undefined,
    closed: false,
  };
}

/** How many tasks are worked at once and wait at once, the same in every life of a scenario. */
function boundsOf(
  scenario: Scenario,
): Pick<OverseerOptions, 'concurrency' | 'workers' | 'queueLimit'> {
  const random = scenario.random('scheduling');
  return {
    ...(random() < 0.3 ? { concurrency: 1 + Math.floor(random() * 4) } : {}),
    ...(random() < 0.3 ? { workers: { code: 1, '*': 1 + Math.floor(random() * 3) } } : {}),
    ...(random() < 0.3 ? { queueLimit: 1 + Math.floor(random() * 4) } : {}),
  };
}

/** Makes a request of the scenario. */
export function startRun(life: Life, planned: PlannedRun): string {
  const { budget, user } = planned;
  const options = {
    ...(budget === undefined ? {} : { budget }),
    ...(user === undefined ? {} : { user }),
    ...(user === undefined && planned.name.length % 2 === 0 ? { flow: 'even' } : {}),
  };
  const run = planned.goal
    ? life.overseer.run(`[${planned.name}/goal] have it done`, options)
    : life.overseer.run({ title: planned.name, tasks: planned.tasks }, options);
  hold(life, run);
  return run.id;
}

/** Keeps a handle and waits for its result. */
export function hold(life: Life, run: Run): Run {
  life.handles.set(run.id, run);
  life.awaited.add(run.id);
  const settled = (result: 'rejected' | Awaited<Run['result']>): void => {
    life.awaited.delete(run.id);
    life.results.set(run.id, result);
  };
  run.result.then(settled, () => settled('rejected'));
  return run;
}

/** Closes the overseer as a host does. */
export function closeLife(world: World, life: Life): void {
  life.closing ??= life.overseer.close().then(
    () => {
      life.closed = true;
    },
    (error: unknown) => {
      life.closed = true;
      world.note(`close rejects: ${String(error)}`);
    },
  );
}
