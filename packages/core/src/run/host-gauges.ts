import { cpus, totalmem } from 'node:os';

/** Processor time that a reading needs, of all processors together. */
const LEAST_MS = 100;

/** What reads the gauges of these names: the host's own `cpu` and `memory`, and those that were brought, which come first. */
export function samplersOf(
  names: readonly string[],
  brought: Readonly<Record<string, () => number>> = {},
): ReadonlyMap<string, () => number> {
  const samplers = new Map<string, () => number>();
  for (const name of names) {
    const sampler = Object.hasOwn(brought, name) ? brought[name] : hostSampler(name);
    if (sampler !== undefined) samplers.set(name, sampler);
  }
  return samplers;
}

function hostSampler(name: string): (() => number) | undefined {
  if (name === 'cpu') return createCpuSampler();
  return name === 'memory' ? memoryUsed : undefined;
}

/** The part of all processors that was busy since it was last asked. */
export function createCpuSampler(): () => number {
  let before = processorTimes();
  let reading = 0;
  return () => {
    const now = processorTimes();
    const all = now.all - before.all;
    // The system counts in ticks; of a few of them nothing can be said.
    if (all < LEAST_MS) return reading;
    reading = 1 - (now.idle - before.idle) / all;
    before = now;
    return reading;
  };
}

/** The part of the memory in use, of what this process may have. */
export function memoryUsed(): number {
  const bound = process.constrainedMemory();
  const all = bound > 0 ? Math.min(bound, totalmem()) : totalmem();
  return Math.min(1, Math.max(0, 1 - process.availableMemory() / all));
}

function processorTimes(): { readonly idle: number; readonly all: number } {
  let idle = 0;
  let all = 0;
  for (const { times } of cpus()) {
    idle += times.idle;
    all += times.user + times.nice + times.sys + times.idle + times.irq;
  }
  return { idle, all };
}
