import { hostname } from 'node:os';
import { ConfigError } from './errors/config-error.ts';
import { type Clock, systemClock } from './internal/clock.ts';
import { createIds } from './internal/ids.ts';
import { type LoopChange, WorkerLoop } from './node/worker-loop.ts';
import { WorkerPlaces } from './node/worker-places.ts';
import { sensitiveKeys } from './sensitive-options.ts';
import type { WorkerChange, WorkerOptions } from './worker-options.ts';

/** Somebody who makes calls of models for overseers. */
export interface Worker extends AsyncDisposable {
  readonly name: string;
  /** The calls that it makes now. */
  readonly active: number;
  /** Claims nothing more, lets what is under way end, and leaves. Idempotent. */
  close(): Promise<void>;
}

/**
 * Makes the calls of models with `workers: true`, for all overseers that share a transport: it needs no project, no lease and no
 * journal. Throws `ConfigError` `config.worker` for options that are wrong, `config.sensitive` for keys that are none, and `StoreError` when the transport cannot be
 * opened.
 */
export async function createWorker(options: WorkerOptions): Promise<Worker> {
  check(options);
  const { slots = 4, pollMs = 250, graceMs = 30_000, clock = systemClock, signal } = options;
  const { name = `${hostname()}-${process.pid}`, fetch, random = Math.random } = options;
  signal?.throwIfAborted();
  const keys = await sensitiveKeys(options.sensitive);
  const transport = await options.transport();
  const places = await openBeside(transport, () => openPlaces(options, name, clock));
  const models = new Map(Object.entries(options.models));
  const tell = (change: LoopChange): void => told(options, change);
  const settings = { slots, name, pollMs, clock, random, fetch };
  const makesUnplaced = options.sharedLimits === false;
  const parts = { transport, models, ...settings, keys, places, tell, makesUnplaced };
  const loop = new WorkerLoop(parts);
  let closed: Promise<void> | undefined;
  const leave = async (): Promise<void> => {
    try {
      await loop.close(graceMs);
    } finally {
      await places?.close().catch(() => undefined);
      await transport.close();
    }
  };
  const close = (): Promise<void> => {
    closed ??= leave();
    return closed;
  };
  const abort = (): void => void close().catch(() => undefined);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  return {
    name,
    get active() {
      return loop.active;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** What is open already is closed where the other cannot be opened. */
async function openBeside<T>(
  opened: { close(): Promise<void> },
  open: () => Promise<T>,
): Promise<T> {
  try {
    return await open();
  } catch (error) {
    await opened.close().catch(() => undefined);
    throw error;
  }
}

/** Joins those who keep limits together, where the options say so. It agrees with everybody, since it admits nothing. */
async function openPlaces(
  { sharedLimits }: WorkerOptions,
  name: string,
  clock: Clock,
): Promise<WorkerPlaces | undefined> {
  if (sharedLimits === undefined || sharedLimits === false) return undefined;
  const store = await sharedLimits.store();
  const member = { id: createIds(clock.now())(), name: `worker ${name}`, terms: {} };
  await openBeside(store, () => store.join(member, clock.now()));
  return new WorkerPlaces({ store, member, leewayMs: 0, clock });
}

/** A listener that throws is its owner's trouble. */
function told({ onChange }: WorkerOptions, change: LoopChange): void {
  try {
    onChange?.(changeOf(change));
  } catch {
    // Nobody is there to be told.
  }
}

function changeOf(change: LoopChange): WorkerChange {
  if (change.kind === 'trouble') {
    const { claim, error } = change;
    return { kind: 'trouble', error, ...(claim === undefined ? {} : { call: claim.job.id }) };
  }
  const { kind, claim } = change;
  const place = { call: claim.job.id, model: claim.job.model };
  return kind === 'claimed' ? { kind, ...place, claim: claim.fence } : { kind, ...place };
}

function check(options: WorkerOptions): void {
  const { transport, models, slots, name, pollMs, graceMs, sharedLimits } = options;
  const wrong = (what: string): never => {
    throw new ConfigError('config.worker', `The options of createWorker are wrong: ${what}.`);
  };
  if (typeof transport !== 'function') wrong('transport is made by pgBoss("…")');
  const isLimits = sharedLimits !== undefined && sharedLimits !== false;
  if (isLimits && typeof sharedLimits?.store !== 'function') {
    wrong('sharedLimits.store is made by postgresReservations("…") or sqliteReservations("…")');
  }
  const all = Object.entries(models ?? {});
  if (all.length === 0) wrong('models names at least one model, as the teams do');
  const strange = all.find(([, model]) => model?.spec !== 'model/1');
  if (strange !== undefined) wrong(`${strange[0]} is made by an adapter, such as openai("…")`);
  if (slots !== undefined && !(Number.isInteger(slots) && slots >= 1 && slots <= 10_000)) {
    wrong('slots is a whole number from 1 to 10,000');
  }
  if (name !== undefined && !/^[\w.@-]{1,100}$/.test(name)) {
    wrong('name has 1 to 100 letters, digits, dots, dashes, underscores and @');
  }
  if (pollMs !== undefined && !(pollMs >= 20)) wrong('pollMs is 20 or more');
  if (graceMs !== undefined && !(graceMs >= 0)) wrong('graceMs is 0 or more');
}
