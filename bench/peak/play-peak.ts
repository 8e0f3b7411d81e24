import { once } from 'node:events';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { Worker } from 'node:worker_threads';
import { createOverseer, type Overseer, type RunProgress } from '@overseer/core';
import type { TaskInput } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { sqlite } from '@overseer/storage/sqlite';
import { seeded } from '../harness/random.ts';
import { scratch } from '../harness/scratch.ts';
import { busyShare, type Span } from '../makespan/busy-share.ts';
import { type Streaming, streamingModel } from './streaming-model.ts';

/** What a peak is made of. */
export interface Peak {
  readonly models: number;
  /** Answers that each model gives at once. */
  readonly atOnce: number;
  readonly layers: number;
  readonly perLayer: number;
  readonly answers: Streaming;
  /** How often somebody asks for the progress and for the queue, in ms. */
  readonly askedEveryMs: number;
}

/** What came of it. */
export interface PlayedPeak {
  /** How much of what the models can do at once was busy while tasks that were ready waited, 0 to 1. */
  readonly busyShare: number;
  /** What the least busy model did, as a part of what each would do if all did the same; 1 where all did. */
  readonly leastLoad: number;
  readonly loopP99Ms: number;
  readonly loopMaxMs: number;
  /** The same as `loopP99Ms` of a thread that did nothing meanwhile: so long the machine itself holds one up. */
  readonly idleP99Ms: number;
  readonly tookMs: number;
  /** How often progress and queue were asked for. */
  readonly asked: number;
}

/** A long delay says more than that a timer was due every so many ms. */
const RESOLUTION_MS = 1;

/**
 * Works many tasks in layers on equal models, on disk and in real time, while somebody looks on. Throws `Error` where
 * they are not worked to their end.
 */
export async function playPeak(peak: Peak, seed: number): Promise<PlayedPeak> {
  await using place = await scratch('peak');
  const random = seeded(seed);
  const names = Array.from({ length: peak.models }, (_, at) => `model-${at + 1}`);
  const models = names.map((name) => streamingModel(name, random, peak.answers));
  await using overseer = await createOverseer({
    // Where there are others to work, whoever leads them does not.
    overseer: 'lead',
    store: sqlite(join(place.folder, 'journal.db')),
    models: {
      lead: { model: fakeModel({ reply: () => ({ text: 'done' }) }) },
      ...Object.fromEntries(
        models.map((model) => [model.info.id, { model, concurrency: peak.atOnce }]),
      ),
    },
  });
  const tasks = layered(peak);
  const idle = new Worker(new URL('./idle-thread.ts', import.meta.url));
  await once(idle, 'online');
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const from = performance.now();
  const run = overseer.run({ tasks });
  const looking = lookOn(overseer, peak.askedEveryMs);
  const { status, reason } = await run.result;
  const tookMs = performance.now() - from;
  const asked = await looking.stop();
  delays.disable();
  const idleP99Ms = await idleTurn(idle);
  if (status !== 'completed') throw new Error(`The peak was not worked to its end: ${reason}`);
  const [played] = (await overseer.progress({ run: run.id })).runs;
  if (played === undefined) throw new Error('A run that was worked is not in its journal.');
  const busy = models.flatMap(({ answers }) => answers);
  const loads = models.map(({ answers }) => lengthOf(answers));
  return {
    busyShare: busyShare(busy, waitsIn(played), peak.models * peak.atOnce),
    leastLoad: (Math.min(...loads) * loads.length) / lengthOf(busy),
    loopP99Ms: delays.percentile(99) / 1e6,
    loopMaxMs: delays.max / 1e6,
    idleP99Ms,
    tookMs,
    asked,
  };
}

async function idleTurn(idle: Worker): Promise<number> {
  idle.postMessage('done');
  const [p99Ms] = (await once(idle, 'message')) as [number];
  await idle.terminate();
  return p99Ms;
}

/** Each task needs three of the layer before. */
function layered({ layers, perLayer }: Peak): readonly TaskInput[] {
  const key = (layer: number, at: number): string => `t${layer}-${at % perLayer}`;
  return Array.from({ length: layers * perLayer }, (_, n): TaskInput => {
    const [layer, at] = [Math.floor(n / perLayer), n % perLayer];
    return {
      key: key(layer, at),
      instruction: `Work on part ${at} of layer ${layer}, and say what you did.`,
      kind: n % 3 === 0 ? 'code' : 'write',
      needs: layer === 0 ? [] : [0, 7, 13].map((step) => key(layer - 1, at + step)),
    };
  });
}

/** When tasks were ready and waited, in ms of `performance.now()`. */
function waitsIn({ work }: RunProgress): readonly Span[] {
  return work.map(({ startedAt = 0, waitedMs }) => {
    const until = startedAt - performance.timeOrigin;
    return { from: until - waitedMs, until };
  });
}

function lengthOf(spans: readonly Span[]): number {
  return spans.reduce((sum, { from, until }) => sum + until - from, 0);
}

/** Asks again and again, as a screen would. */
function lookOn(overseer: Overseer, everyMs: number): { stop(): Promise<number> } {
  let asked = 0;
  let last: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    asked += 1;
    overseer.queue();
    last = overseer.progress();
  }, everyMs);
  return {
    async stop() {
      clearInterval(timer);
      await last;
      return asked;
    },
  };
}
