import type { EventData } from '../spec/event.ts';
import type { ModelErrorKind } from '../spec/model.ts';

/** What a model's failures in a row say about it. */
export interface Cooldown {
  /** Failures in a row that were the model's own. */
  readonly failures: number;
  /** Epoch ms until which no task should be given to it; `undefined` while it is up. */
  readonly untilAt: number | undefined;
  /** What happened, in words; empty before the first failure. */
  readonly why: string;
  /** What kind of failure the last one was; `undefined` before the first. */
  readonly kind: ModelErrorKind | undefined;
}

/** A model that has not failed. A call that succeeds brings a model back here. */
export const noCooldown: Cooldown = {
  failures: 0,
  untilAt: undefined,
  why: '',
  kind: undefined,
};

/** How a kind of failure takes a model out: after how many in a row, and for how long at first and at most. */
interface Outage {
  readonly after: number;
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Somebody has to change something first: a key, a name, a bill. */
const UNTIL_CHANGED: Outage = { after: 1, firstMs: 60_000, maxMs: 3_600_000 };
/** It is broken or cannot be reached, and may be back any moment. */
const BROKEN: Outage = { after: 2, firstMs: 5_000, maxMs: 300_000 };
/** It works and has too much to do; whoever calls it now is refused as well. */
const BUSY: Outage = { after: 1, firstMs: 1_000, maxMs: 60_000 };

/** `undefined`: the request was at fault, or nobody was. */
const OUTAGES: Readonly<Record<ModelErrorKind, Outage | undefined>> = {
  auth: UNTIL_CHANGED,
  permission: UNTIL_CHANGED,
  'not-found': UNTIL_CHANGED,
  quota: UNTIL_CHANGED,
  network: BROKEN,
  server: BROKEN,
  timeout: BROKEN,
  interrupted: BROKEN,
  protocol: BROKEN,
  'rate-limit': BUSY,
  overloaded: BUSY,
  loading: BUSY,
  invalid: undefined,
  'context-overflow': undefined,
  'content-filter': undefined,
  unsupported: undefined,
  aborted: undefined,
};

/**
 * What is to be thought of a model after one more failed call at `at` (epoch ms). From a number of failures in a row on
 * it is down, twice as long each time, never less long than the provider asked. Calls that were under way when it went
 * down say nothing new.
 */
export function cooldownAfter(
  before: Cooldown,
  failed: Pick<EventData['call.failed'], 'kind' | 'message' | 'retryAt'>,
  at: number,
): Cooldown {
  const outage = OUTAGES[failed.kind];
  if (outage === undefined) return before;
  if (before.untilAt !== undefined && at < before.untilAt) return before;
  const failures = before.failures + 1;
  const { kind } = failed;
  const why = reason(failed, failures);
  if (failures < outage.after) return { failures, untilAt: undefined, why, kind };
  const downMs = Math.min(outage.maxMs, outage.firstMs * 2 ** (failures - outage.after));
  const untilAt = Math.max(at + downMs, askedUntil(failed.retryAt, at));
  return { failures, untilAt, why, kind };
}

/**
 * Whether a model's failures still say something when another process takes over. Only those of a model that was busy
 * do: a key, a name, a bill or a server may have been mended in between, so that the first call finds out.
 */
export function outlivesProcess({ kind }: Cooldown): boolean {
  return kind !== undefined && OUTAGES[kind] === BUSY;
}

/** A wait longer than a day is a mistake of somebody's clock. */
function askedUntil(retryAt: number | undefined, at: number): number {
  return retryAt === undefined ? at : Math.min(retryAt, at + 86_400_000);
}

function reason(
  { kind, message }: { readonly kind: ModelErrorKind; readonly message: string },
  failures: number,
): string {
  const times = failures === 1 ? '' : ` (${failures} times in a row)`;
  return `${kind}${times}: ${message}`;
}
