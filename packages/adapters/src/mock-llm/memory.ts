import type { JsonObject } from '@overseer/core/spec';
import { type Catalogue, loadInstance, type ModelEntry } from './catalogue.ts';
import { asNumber, asObject } from './json-reader.ts';
import type { MockDialect } from './mock-request.ts';

/** Has a model in a local server's memory, as its first request would, and puts another out where there is no room. Says how long that takes, in ms, where it was not there. */
export function bringIntoMemory(
  catalogue: Catalogue,
  entry: ModelEntry,
  now: number,
  dialect: MockDialect,
): number | undefined {
  forgetExpired(catalogue, now);
  entry.usedAt = now;
  if (entry.instances.length > 0) return undefined;
  entry.window = undefined;
  // Ollama waits until a model has answered before it puts it out.
  makeRoom(catalogue, entry, !dialect.startsWith('ollama'));
  loadInstance(entry);
  const { loadMs = 0 } = entry.model;
  entry.readyAt = now + loadMs;
  return loadMs;
}

/** Loads one more instance, as an order to load does, and returns its id. */
export function loadAnother(catalogue: Catalogue, entry: ModelEntry, now: number): string {
  forgetExpired(catalogue, now);
  entry.usedAt = now;
  entry.readyAt = now + (entry.model.loadMs ?? 0);
  return loadInstance(entry);
}

/** How long until a model that is on its way is in memory, in ms. */
export function waitForMemory(entry: ModelEntry, now: number): number {
  return Math.max(0, entry.readyAt - now);
}

/** Heeds what a request says of its model in memory: how long it stays (Ollama's `keep_alive`, LM Studio's `ttl`) and its window (`num_ctx`). */
export function keepFor(entry: ModelEntry, body: JsonObject, now: number): void {
  entry.window = asNumber(asObject(body['options'])['num_ctx']) ?? entry.window;
  const ms = keepMs(body['keep_alive'] ?? body['ttl']);
  if (ms === undefined) return;
  entry.expiresAt = ms < 0 ? Number.POSITIVE_INFINITY : now + ms;
}

/** Puts out of memory whatever has not been asked for long enough. */
export function forgetExpired(catalogue: Catalogue, now: number): void {
  for (const entry of catalogue.list()) {
    if (entry.expiresAt <= now && entry.instances.length > 0) putOut(entry);
  }
}

/** Puts every instance of a model out of memory. */
export function putOut(entry: ModelEntry): void {
  entry.instances = [];
  entry.expiresAt = Number.POSITIVE_INFINITY;
  entry.window = undefined;
}

/** Puts a model out of memory even while it answers, which ends its replies. */
export function evict(entry: ModelEntry): void {
  putOut(entry);
  entry.evictions++;
}

function makeRoom(catalogue: Catalogue, wanted: ModelEntry, breaks: boolean): void {
  const loaded = catalogue
    .list()
    .filter((entry) => entry !== wanted && entry.instances.length > 0)
    .sort((a, b) => a.usedAt - b.usedAt);
  for (const entry of loaded.slice(0, Math.max(0, loaded.length + 1 - catalogue.maxLoaded))) {
    if (breaks) evict(entry);
    else putOut(entry);
  }
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** A time to keep a model: seconds, or a Go duration of one unit; negative is for ever. */
function keepMs(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1000;
  const [, amount, unit = ''] =
    typeof value === 'string' ? (/^(-?[\d.]+)(ms|s|m|h)$/.exec(value) ?? []) : [];
  return amount === undefined ? undefined : Number(amount) * (UNITS[unit] ?? 0);
}
