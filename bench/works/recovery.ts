import { copyFile, open as openPlain } from 'node:fs/promises';
import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import type { OpenStore } from '@overseer/core/spec';
import { scratch } from '../harness/scratch.ts';
import type { Work } from '../harness/work.ts';
import { buildJournal, goOnUntilKilled, models } from '../recovery/build-journal.ts';

const RUNS = 50_000;

/** How long an overseer takes to open a long journal: one of which nothing was noted, one that was closed, and one whose process was killed. */
export const work: Work = {
  summary: `opening a journal of ${RUNS} runs (50 of them unfinished) and about a million events, with no snapshot of its index, after closing, and after a kill shortly before the next snapshot`,
  metrics: [
    { name: 'ms', unit: 'ms', compared: false },
    { name: 'snapshotMs', unit: 'ms', compared: false },
    { name: 'killedMs', unit: 'ms', compared: false },
    { name: 'cpuMs', unit: 'ms', compared: false },
    // Of the host's thread alone: the least that opening takes where a processor is free for each thread.
    { name: 'threadCpuMs', unit: 'ms', compared: false },
    { name: 'peakMb', unit: 'MB', compared: false },
    { name: 'events', unit: 'events', compared: false },
  ],
  subjects: ['overseer:durable'],
  peers: [],
  repeats: 5,
  timeoutMs: 300_000,
  needsServer: false,
  async prepare() {
    const place = await scratch('recovery');
    const path = join(place.folder, 'journal.db');
    const killed = join(place.folder, 'killed.db');
    const { events } = await buildJournal(path, RUNS);
    await copyFile(path, killed);
    await goOnUntilKilled(killed, RUNS);
    return {
      values: { path, killed, events: String(events) },
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    };
  },
  async measure(subject, { folder, prepared }) {
    if (subject.store === undefined) throw new Error('This subject has no store of its own.');
    const store = subject.store(await copied(prepared['path'], join(folder, 'journal.db')));
    const opening = await open(store);
    const { maxRSS } = process.resourceUsage();
    const { ms: snapshotMs } = await open(store);
    const killed = subject.store(await copied(prepared['killed'], join(folder, 'killed.db')));
    const { ms: killedMs } = await open(killed);
    return {
      ...opening,
      snapshotMs,
      killedMs,
      peakMb: maxRSS / 1_024,
      events: Number(prepared['events']),
    };
  },
};

/** A copy that is on the disk, as every journal is that is opened: the first commit would wait for all of it otherwise. */
async function copied(path: string | undefined, to: string): Promise<string> {
  await copyFile(path ?? '', to);
  await using file = await openPlain(to, 'r+');
  await file.sync();
  return to;
}

/** What opening takes; all that is unfinished must be found. */
interface Opening {
  readonly ms: number;
  readonly cpuMs: number;
  readonly threadCpuMs: number;
}

async function open(store: OpenStore): Promise<Opening> {
  const cpu = process.cpuUsage();
  const thread = process.threadCpuUsage();
  const before = performance.now();
  const overseer = await createOverseer({ overseer: 'm', models, store });
  const ms = performance.now() - before;
  const cpuMs = sumMs(process.cpuUsage(cpu));
  const threadCpuMs = sumMs(process.threadCpuUsage(thread));
  const left = overseer.unfinished().length;
  if (left !== RUNS / 1_000) throw new Error(`${left} runs were found unfinished.`);
  await overseer.close();
  return { ms, cpuMs, threadCpuMs };
}

function sumMs({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}
