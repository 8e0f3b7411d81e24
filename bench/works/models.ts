import { createOverseer } from '@overseer/core';
import { systemClock } from '@overseer/core/plugin';
import type { ListedModel, Model } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { ServerLists } from '../../packages/core/src/call/server-lists.ts';
import { measured } from '../harness/measured.ts';
import type { Work } from '../harness/work.ts';

const MODELS = 50;
const CHECKS = 2_000_000;
const TASKS = 500;
const ROUNDS = 16;
/** What is compiled in the first rounds belongs to neither team. */
const WARM_UP = 4;

/**
 * What a team of many models costs: the check of a name that is known, and a whole task beside that of a team of one. Both teams
 * have as many calls at once, the same answers and a journal in memory; what differs is that one of them has to choose, learns who
 * is good at what, and writes down why. `taskNewUs` is a task of the large team whose text nobody saw before.
 */
export const work: Work = {
  summary: `${MODELS} models live at once: a check of a name from the list, and a task of a model that answers at once`,
  metrics: [
    { name: 'checkUs', unit: 'µs', compared: false },
    { name: 'taskOneUs', unit: 'µs', compared: false },
    { name: 'taskManyUs', unit: 'µs', compared: false },
    { name: 'taskNewUs', unit: 'µs', compared: false },
    { name: 'manyToOne', unit: '×', compared: false },
  ],
  subjects: ['overseer'],
  peers: [],
  repeats: 5,
  timeoutMs: 300_000,
  needsServer: false,
  async measure() {
    const checkUs = await checkCost();
    await using one = await teamOf(1);
    await using many = await teamOf(MODELS);
    await using readers = await teamOf(MODELS);
    const known = (at: number): string => `Do part ${at}.`;
    const costs: Record<'one' | 'many' | 'unseen', number[]> = { one: [], many: [], unseen: [] };
    for (let round = 0; round < ROUNDS; round++) {
      const unseen = (at: number): string =>
        `Do part ${at} of chapter ${round}, ${TASKS - at} left.`;
      // Whoever comes second clears away what the first one left.
      const turns = [
        async () => costs.one.push(await taskCost(one, known)),
        async () => costs.many.push(await taskCost(many, known)),
        async () => costs.unseen.push(await taskCost(readers, unseen)),
      ];
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
    const taskOneUs = medianOf(costs.one.slice(WARM_UP));
    const taskManyUs = medianOf(costs.many.slice(WARM_UP));
    const taskNewUs = medianOf(costs.unseen.slice(WARM_UP));
    return { checkUs, taskOneUs, taskManyUs, taskNewUs, manyToOne: taskManyUs / taskOneUs };
  },
};

async function checkCost(): Promise<number> {
  const listed = Array.from(
    { length: MODELS },
    (_, at): ListedModel => ({ id: `m${at}`, state: 'ready' }),
  );
  const models = listed.map(
    ({ id }): Model => ({
      ...instant(id),
      info: { ...instant(id).info, server: 'http://127.0.0.1:1234' },
      list: async () => listed,
    }),
  );
  const lists = new ServerLists({ clock: systemClock });
  for (const model of models) await lists.verify(model);
  const { cpuUs } = await measured(async () => {
    for (let at = 0; at < CHECKS; at++) {
      const model = models[at % MODELS];
      if (model !== undefined && lists.verify(model) !== undefined) throw new Error('not cached');
    }
  });
  return cpuUs / CHECKS;
}

type Team = Awaited<ReturnType<typeof createOverseer>>;

/** A team of so many workers and a boss, with as many calls at once whatever their number. */
async function teamOf(count: number): Promise<Team> {
  const workers = Array.from({ length: count }, (_, at) => `worker-${at}`);
  const entries = workers.map((name) => {
    return [name, { model: instant(name), concurrency: MODELS / count }] as const;
  });
  return await createOverseer({
    overseer: 'boss',
    models: { boss: { model: instant('boss') }, ...Object.fromEntries(entries) },
  });
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}

async function taskCost(team: Team, textOf: (at: number) => string): Promise<number> {
  const tasks = Array.from({ length: TASKS }, (_, at) => ({ instruction: textOf(at) }));
  const { cpuUs } = await measured(async () => {
    const { status } = await team.run({ tasks }).result;
    if (status !== 'completed') throw new Error(`The run is ${status}.`);
  });
  return cpuUs / TASKS;
}

function instant(id: string): Model {
  return fakeModel({ id, reply: () => ({ text: 'done' }) });
}
