import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Recorder } from '../harness/subject.ts';
import type { Work } from '../harness/work.ts';

const PRODUCERS = 64;
const WARM_UP_MS = 500;
const ALONE_MS = 1_500;
const TOGETHER_MS = 3_000;

/**
 * Events of about 512 bytes that are each durable before their producer makes the next. The floor is what the disk can
 * do meanwhile: one page and one fdatasync an event, which no store that shares its syncs is bound to. A store more is a
 * subject more.
 */
export const work: Work = {
  summary: `events a second that are durable, from 1 producer for ${ALONE_MS} ms and from ${PRODUCERS} for ${TOGETHER_MS} ms; of …PerS more is better`,
  metrics: [
    { name: 'aloneEventsPerS', unit: 'events/s', compared: true },
    { name: 'aloneP99Ms', unit: 'ms', compared: false },
    { name: 'eventsPerS', unit: 'events/s', compared: true },
    { name: 'p99Ms', unit: 'ms', compared: false },
    { name: 'loopP99Ms', unit: 'ms', compared: false },
  ],
  subjects: [
    'floor',
    'overseer:single-commits',
    'overseer',
    'overseer:durable',
    'overseer:better-sqlite3',
    'overseer:postgres',
  ],
  peers: [],
  peer: 'overseer:single-commits',
  repeats: 5,
  timeoutMs: 60_000,
  needsServer: false,
  async measure(subject, { folder }) {
    if (subject.recorder === undefined) throw new Error('This subject records no events.');
    await using recorder = await subject.recorder({ folder });
    await record(recorder, PRODUCERS, WARM_UP_MS);
    const alone = await record(recorder, 1, ALONE_MS);
    const loop = monitorEventLoopDelay({ resolution: 1 });
    loop.enable();
    const together = await record(recorder, PRODUCERS, TOGETHER_MS);
    loop.disable();
    return {
      aloneEventsPerS: alone.perS,
      aloneP99Ms: alone.p99Ms,
      eventsPerS: together.perS,
      p99Ms: together.p99Ms,
      loopP99Ms: loop.percentile(99) / 1e6,
    };
  },
};

interface Recorded {
  readonly perS: number;
  readonly p99Ms: number;
}

async function record(recorder: Recorder, producers: number, ms: number): Promise<Recorded> {
  const waits: number[] = [];
  const start = performance.now();
  const produce = async (): Promise<void> => {
    for (;;) {
      const asked = performance.now();
      if (asked - start >= ms) return;
      await recorder.record();
      waits.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: producers }, produce));
  const perS = (1_000 * waits.length) / (performance.now() - start);
  waits.sort((a, b) => a - b);
  return { perS, p99Ms: waits[Math.floor(waits.length * 0.99)] ?? Number.NaN };
}
