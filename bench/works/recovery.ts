import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createOverseer } from '@overseer/core';
import { scratch } from '../harness/scratch.ts';
import type { Work } from '../harness/work.ts';
import { buildJournal, models } from '../recovery/build-journal.ts';

const RUNS = 50_000;

/** How long an overseer takes to open a long journal: that of a process that was killed, and one that was closed. */
export const work: Work = {
  summary: `opening a journal of ${RUNS} runs (50 of them unfinished) and about a million events, with no snapshot of its index, and with one`,
  metrics: [
    { name: 'ms', unit: 'ms', compared: false },
    { name: 'snapshotMs', unit: 'ms', compared: false },
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
    const { events } = await buildJournal(path, RUNS);
    return {
      values: { path, events: String(events) },
      [Symbol.asyncDispose]: () => place[Symbol.asyncDispose](),
    };
  },
  async measure(subject, { folder, prepared }) {
    if (subject.store === undefined) throw new Error('This subject has no store of its own.');
    const path = join(folder, 'journal.db');
    await copyFile(prepared['path'] ?? '', path);
    const store = subject.store(path);
    const cpu = process.cpuUsage();
    const thread = process.threadCpuUsage();
    const before = performance.now();
    const first = await createOverseer({ overseer: 'm', models, store });
    const ms = performance.now() - before;
    const { user, system } = process.cpuUsage(cpu);
    const own = process.threadCpuUsage(thread);
    const { maxRSS } = process.resourceUsage();
    const open = first.unfinished().length;
    if (open !== RUNS / 1_000) throw new Error(`${open} runs were found unfinished.`);
    await first.close();
    const again = performance.now();
    const second = await createOverseer({ overseer: 'm', models, store });
    const snapshotMs = performance.now() - again;
    await second.close();
    return {
      ms,
      snapshotMs,
      cpuMs: (user + system) / 1_000,
      threadCpuMs: (own.user + own.system) / 1_000,
      peakMb: maxRSS / 1_024,
      events: Number(prepared['events']),
    };
  },
};
