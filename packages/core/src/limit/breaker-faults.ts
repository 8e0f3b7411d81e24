import type { EventData } from '../spec/event.ts';
import type { ModelErrorKind } from '../spec/model.ts';
import type { BreakerScope, Fault } from './breaker.ts';
import type { PassScope } from './breaker-keys.ts';

/** How a kind of failure takes something out. */
type Outage = Omit<Fault, 'why' | 'name' | 'askedUntilAt'>;

/** Somebody has to change something first: a key, a name. */
const UNTIL_CHANGED: Outage = {
  after: 1,
  firstMs: 60_000,
  maxMs: 3_600_000,
  isFailure: true,
  outlives: false,
};
/** It is broken or cannot be reached, and may be back any moment. */
const BROKEN: Outage = {
  after: 2,
  firstMs: 5_000,
  maxMs: 300_000,
  isFailure: true,
  outlives: false,
};
/** It works and has too much to do; whoever calls it now is refused as well. */
const BUSY: Outage = { after: 1, firstMs: 1_000, maxMs: 120_000, isFailure: false, outlives: true };

/** Busy, although fewer and fewer calls were made at once. */
const TOO_MANY: Outage = { ...BUSY, after: 8, isFailure: true };

/** `undefined`: the request was at fault, or nobody was. */
const OUTAGES: Readonly<Record<ModelErrorKind, Outage | undefined>> = {
  auth: UNTIL_CHANGED,
  permission: UNTIL_CHANGED,
  'not-found': UNTIL_CHANGED,
  quota: { ...UNTIL_CHANGED, isFailure: false },
  network: BROKEN,
  server: BROKEN,
  timeout: BROKEN,
  interrupted: BROKEN,
  protocol: BROKEN,
  'rate-limit': BUSY,
  overloaded: { ...BUSY, isFailure: true },
  loading: BUSY,
  invalid: undefined,
  'context-overflow': undefined,
  'content-filter': undefined,
  unsupported: undefined,
  aborted: undefined,
};

/** Kinds that only a server which works can give, whatever is the matter with the model or the key. */
const ANSWERED: ReadonlySet<ModelErrorKind> = new Set<ModelErrorKind>([
  'auth',
  'permission',
  'not-found',
  'rate-limit',
  'quota',
  'overloaded',
  'loading',
  'server',
  'content-filter',
  'context-overflow',
]);

/** Kinds that come only once the key was let in. */
const LET_IN: ReadonlySet<ModelErrorKind> = new Set<ModelErrorKind>([
  'rate-limit',
  'quota',
  'content-filter',
  'context-overflow',
]);

/** Kinds that somebody has to see to first. */
const SEEN_TO: ReadonlySet<string> = new Set<ModelErrorKind>([
  'auth',
  'permission',
  'not-found',
  'quota',
]);

/** Whether no waiting cures it, as far as anybody said until when. */
export function needsChange(fault: Fault | undefined): boolean {
  return SEEN_TO.has(fault?.name ?? '') && fault?.askedUntilAt === undefined;
}

/** Which breaker a kind of failure belongs to; what cannot be told apart is the model's. */
export function scopeOf(kind: ModelErrorKind, isLocal: boolean): BreakerScope {
  if (kind === 'auth' || kind === 'permission') return 'key';
  return kind === 'network' && isLocal ? 'server' : 'model';
}

/** Whether a failure of this kind shows that what `scope` guards works. */
export function showsHealth(kind: ModelErrorKind, scope: PassScope): boolean {
  if (scope === 'server') return ANSWERED.has(kind);
  return scope === 'key' && LET_IN.has(kind);
}

/**
 * What a breaker is to make of a failed call; `undefined` where the request was at fault, or nobody was. Only what a
 * busy model asked for outlives the process: a key, a name, a bill or a server may have been mended in between, so that
 * the first call finds out.
 */
export function faultOf(
  failed: Pick<EventData['call.failed'], 'kind' | 'message' | 'askedUntilAt' | 'otherKey'>,
  learns: boolean,
): Fault | undefined {
  const outage = OUTAGES[failed.kind];
  // Whoever has the keys leaves the refused one alone.
  if (outage === undefined || failed.otherKey === true) return undefined;
  const { askedUntilAt } = failed;
  const why = `${failed.kind}: ${failed.message}`;
  const said = { name: failed.kind, why };
  // Where it is learned how many calls at once are too many, single refusals are how that is learned.
  if (learns && outage.outlives && askedUntilAt === undefined) return { ...TOO_MANY, ...said };
  return { ...outage, ...said, ...(askedUntilAt === undefined ? {} : { askedUntilAt }) };
}

/** The fault of answers that begin later than somebody said is good. */
export function lateFault(firstTokenMs: number, slowMs: number): Fault {
  const why = `slow: half of its latest answers began late, the last after ${inSeconds(firstTokenMs)} instead of ${inSeconds(slowMs)}`;
  return { ...BROKEN, name: 'slow', why };
}

function inSeconds(ms: number): string {
  return `${Math.round(ms / 100) / 10} s`;
}
