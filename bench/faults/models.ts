import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { lmstudio } from '@overseer/adapters/lmstudio';
import { type MockReply, type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { createOverseer, type Overseer } from '@overseer/core';
import type { Model, ModelEntry, OverseerEvent } from '@overseer/core/spec';
import { sqlite } from '@overseer/storage/sqlite';
import type { FaultReport, FaultSetting, FaultWork } from '../harness/fault-work.ts';
import type { Random } from '../harness/random.ts';

const MODELS = 50;
const TASKS = 100;
const RUNS_AT_ONCE = 2;

/** How much the heap may grow over the second half, in bytes. */
const MOST_GROWTH = 12 * 1024 * 1024;

/**
 * A team of 50 models, every tenth of them loaded on demand, is refused, cut off, stalled and put out of memory, while models
 * come, go and change. In the end each call is accounted for at the service and in the journal alike.
 */
export const work: FaultWork = {
  summary: 'mixed faults of 50 models that come and go, for as many seconds as there are trials',
  trials: 60,
  run: breakModels,
};

/** What the journal says of calls. */
interface Accounts {
  started: number;
  finished: number;
  failed: number;
  aborted: number;
  inputTokens: number;
  outputTokens: number;
}

async function breakModels({
  random,
  trials,
  folder,
  progress,
}: FaultSetting): Promise<FaultReport> {
  const violations: string[] = [];
  const stray = (error: unknown): void =>
    void violations.push(`A rejection that nobody handled: ${String(error)}.`);
  process.on('unhandledRejection', stray);
  await using service = await startService(random);
  const names = Array.from({ length: MODELS }, (_, at) => `m${at}`);
  const models = new Map(names.map((name, at) => [name, modelAt(service, name, at)]));
  const entries = [...models].map(([name, model]) => [name, entryOf(model)] as const);
  const boss = openaiCompatible('boss', { baseURL: service.url, price: { input: 1, output: 1 } });
  await using overseer = await createOverseer({
    overseer: 'boss',
    models: { boss: { model: boss }, ...Object.fromEntries(entries) },
    store: sqlite(join(folder, 'journal.db')),
    healthChecks: { everyMs: 5_000 },
    maxAttempts: 12,
  });
  const accounts = noAccounts();
  let told = 0;
  overseer.onModel(() => {
    told += 1;
  });
  const endAt = performance.now() + trials * 1_000;
  const heaps: number[] = [];
  const runs = { done: 0, tasks: 0 };
  const changing = change(overseer, models, random, endAt);
  const measuring = (async () => {
    for (const share of [0.5, 0.98]) {
      await sleep(Math.max(0, endAt - (1 - share) * trials * 1_000 - performance.now()));
      heaps.push(heapNow());
      progress(`models: ${runs.tasks} tasks, ${Math.round((heaps.at(-1) ?? 0) / 1e6)} MB`);
    }
  })();
  await Promise.all(
    Array.from({ length: RUNS_AT_ONCE }, async () => {
      while (performance.now() < endAt) {
        const run = overseer.run({
          tasks: Array.from({ length: TASKS }, (_, at) => ({ instruction: `Do part ${at}.` })),
        });
        const { tasks } = await run.result;
        for await (const event of run) account(accounts, event);
        runs.done += 1;
        runs.tasks += tasks.length;
      }
    }),
  );
  const changes = await changing;
  await measuring;
  const left = overseer.models().reduce((sum, { running }) => sum + running, 0);
  if (left !== 0) violations.push(`${left} calls are under way after all runs.`);
  await sleep(200);
  violations.push(...differences(accounts, service), ...growth(heaps));
  process.off('unhandledRejection', stray);
  const [halfway = 0, end = 0] = heaps;
  return {
    trials,
    violations,
    samples: { heap: { unit: 'MB', values: heaps.map((bytes) => bytes / 1e6) } },
    counts: { ...accounts, ...changes, runs: runs.done, tasks: runs.tasks, told },
    conclusion: `The heap was ${(halfway / 1e6).toFixed(1)} MB halfway and ${(end / 1e6).toFixed(1)} MB at the end.`,
  };
}

function startService(random: Random): Promise<MockService> {
  const cold = (at: number): object =>
    at % 10 === 0 ? { state: 'not-loaded' as const, loadMs: 50 } : {};
  return startMockService({
    scenario: {
      models: [
        { id: 'boss' },
        ...Array.from({ length: MODELS }, (_, at) => ({
          id: `m${at}`,
          firstTokenMs: 5,
          ...cold(at),
          ...(at % 7 === 0 ? { limit: { requests: 5, perMs: 1_000 } } : {}),
        })),
      ],
      rules: [{ name: 'chance', reply: () => replyBy(random()) }],
    },
  });
}

/** One of seven replies goes wrong, in one of as many ways. */
function replyBy(chance: number): MockReply {
  const text = 'All of this part is done as it was asked for.';
  const afterTokens = 3;
  if (chance < 0.02) return { text, fault: { kind: 'status', status: 500 } };
  if (chance < 0.04) return { text, fault: { kind: 'status', status: 503, retryAfterMs: 1_000 } };
  if (chance < 0.06) return { text, fault: { kind: 'status', status: 429, retryAfterMs: 1_000 } };
  if (chance < 0.08) return { text, fault: { kind: 'cut', afterTokens } };
  if (chance < 0.1) return { text, fault: { kind: 'truncated', afterTokens } };
  if (chance < 0.12) return { text, fault: { kind: 'malformed', afterTokens } };
  if (chance < 0.13) return { text, fault: { kind: 'stall', afterTokens } };
  if (chance < 0.15) return { text, fault: { kind: 'midstream-error', afterTokens } };
  return { text };
}

function modelAt(service: MockService, name: string, at: number): Model {
  const options = { baseURL: service.url, idleTimeoutMs: 500 };
  return at % 10 === 0 ? lmstudio(name, options) : openaiCompatible(name, options);
}

function entryOf(model: Model): ModelEntry {
  return { model, limits: ['1000 calls / 1m'], price: { input: 1, output: 1 } };
}

/** Takes models out and in again, changes their limits, and puts those out of memory that can be. */
async function change(
  overseer: Overseer,
  models: ReadonlyMap<string, Model>,
  random: Random,
  endAt: number,
): Promise<Readonly<Record<'added' | 'removed' | 'reconfigured' | 'evicted', number>>> {
  const changes = { added: 0, removed: 0, reconfigured: 0, evicted: 0 };
  const out = new Map<string, Model>();
  const all = [...models];
  while (performance.now() < endAt) {
    await sleep(20 + 80 * random());
    const [name, model] = all[Math.floor(random() * all.length)] ?? [];
    if (name === undefined || model === undefined) continue;
    const chance = random();
    if (out.has(name)) {
      await overseer.addModel(name, entryOf(model));
      out.delete(name);
      changes.added += 1;
    } else if (chance < 0.5 && out.size < MODELS / 2) {
      await overseer.removeModel(name, { calls: random() < 0.5 ? 'move' : 'finish' });
      out.set(name, model);
      changes.removed += 1;
    } else if (chance < 0.8 || model.unload === undefined) {
      await overseer.reconfigureModel(name, {
        limits: [`${900 + Math.floor(random() * 100)} calls / 1m`],
      });
      changes.reconfigured += 1;
    } else {
      await overseer.unloadModel(name).catch(() => undefined);
      changes.evicted += 1;
    }
  }
  return changes;
}

function noAccounts(): Accounts {
  const none = { started: 0, finished: 0, failed: 0, aborted: 0 };
  return { ...none, inputTokens: 0, outputTokens: 0 };
}

function account(accounts: Accounts, event: OverseerEvent): void {
  if (event.type === 'call.started') accounts.started += 1;
  if (event.type === 'call.finished') {
    accounts.finished += 1;
    accounts.inputTokens += event.data.settled.inputTokens;
    accounts.outputTokens += event.data.settled.outputTokens;
  }
  if (event.type === 'call.failed') {
    accounts.failed += 1;
    if (event.data.kind === 'aborted') accounts.aborted += 1;
  }
}

/** Calls in the journal beside requests at the service: a call that was broken off may not have come there, or not have been read. */
function differences(accounts: Accounts, service: MockService): readonly string[] {
  const at = { requests: 0, completed: 0, inputTokens: 0, outputTokens: 0 };
  for (const one of Object.values(service.counts())) {
    at.requests += one.requests;
    at.completed += one.completed;
    at.inputTokens += one.inputTokens;
    at.outputTokens += one.outputTokens;
  }
  const { started, finished, failed, aborted } = accounts;
  const problems: string[] = [];
  if (started !== finished + failed)
    problems.push(`${started} calls began, and ${finished} + ${failed} have an end.`);
  if (at.requests > started || at.requests < started - aborted) {
    problems.push(
      `${at.requests} requests came, of ${started} calls of which ${aborted} were broken off.`,
    );
  }
  if (finished > at.completed || finished < at.completed - aborted) {
    problems.push(`${at.completed} replies were whole, and ${finished} calls have an answer.`);
  }
  if (finished !== at.completed) return problems;
  for (const what of ['inputTokens', 'outputTokens'] as const) {
    if (accounts[what] !== at[what])
      problems.push(`${what}: ${accounts[what]} are charged, and ${at[what]} were used.`);
  }
  return problems;
}

function growth([halfway = 0, end = 0]: readonly number[]): readonly string[] {
  if (end - halfway <= MOST_GROWTH) return [];
  return [`The heap grew from ${halfway} to ${end} bytes over the second half.`];
}

/** Bytes that are in use once all that nobody needs is gone. */
function heapNow(): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  return process.memoryUsage().heapUsed;
}
