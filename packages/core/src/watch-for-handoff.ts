import { OverseerError } from './errors/overseer-error.ts';
import { exhaustedUntil } from './exhausted-until.ts';
import { type Clock, systemClock } from './internal/clock.ts';
import { sleep } from './internal/sleep.ts';
import { orderOf } from './node/departures.ts';
import type { GiveUp } from './node/holdings.ts';
import { leaveUnled } from './node/leave-unled.ts';
import {
  USUAL_BOUNDS,
  type VitalsMonitor,
  type WellBounds,
  Wellness,
  watchVitals,
} from './node/vitals.ts';
import type { Overseer } from './overseer.ts';
import type { HandoffTarget } from './spec/handoff-target.ts';
import type { HandoffTrigger } from './spec/run-events.ts';
import type { StateStore } from './spec/store.ts';

/** What a watch over an overseer is told. */
export interface WatchOptions {
  /** Where its project goes. */
  readonly target: HandoffTarget;
  /** The store that the overseer works in, opened once more; it is closed by whoever opened it. */
  readonly store: StateStore;
  /** The project; the default is `default`. */
  readonly project?: string;
  /** The project goes when all models of the team will be used up for longer than this, in ms; the default is to wait. */
  readonly exhaustedMs?: number;
  /** From when on the process is not well, as of `createNode`. */
  readonly unwell?: Partial<WellBounds>;
  readonly clock?: Clock;
  /** Replaces the look at this process; closed with the watch. */
  readonly vitals?: VitalsMonitor;
}

/** A watch over one overseer. */
export interface HandoffWatch {
  /** Resolves with what set it off once the project has left and was sent; `undefined` where the watch was closed before. Rejects where it left and could not be sent: `leave` sends it again. */
  readonly left: Promise<HandoffTrigger | undefined>;
  /** Lets the project go now: by order, or for `maintenance` before the process ends. */
  leave(order?: {
    readonly trigger?: HandoffTrigger;
    readonly because?: string;
    readonly by?: string;
  }): Promise<void>;
  /** Watches no more. */
  close(): Promise<void>;
}

/** How often it looks, in ms. */
const LOOK_MS = 2_000;

/**
 * Lets the project of an overseer that is no node's go to another store by itself: when its process is not well, when its models are used
 * up for long, and when it fails; and by order. The overseer is to be closed once the project has left.
 */
export function watchForHandoff(overseer: Overseer, options: WatchOptions): HandoffWatch {
  const { target, store, project = 'default', clock = systemClock, exhaustedMs } = options;
  const vitals = options.vitals ?? watchVitals();
  const wellness = new Wellness({ ...USUAL_BOUNDS, ...options.unwell });
  const stop = new AbortController();
  const left = Promise.withResolvers<HandoffTrigger | undefined>();
  left.promise.catch(() => undefined);
  let isGone = false;
  const go = async (order: GiveUp, giveUp: (order: GiveUp) => Promise<void>): Promise<void> => {
    stop.abort();
    try {
      if (!isGone) await giveUp(orderOf(target, order));
      isGone = true;
      await target.send({ store, project });
      left.resolve(order.trigger);
    } catch (error) {
      left.reject(error);
      throw error;
    }
  };
  const leave: HandoffWatch['leave'] = (order = {}) =>
    go({ trigger: 'operator', because: 'handed off', ...order }, (one) => overseer.handOver(one));
  const look = async (): Promise<void> => {
    const askedAt = performance.now();
    await store.events.head(`project/${project}`);
    const storeMs = performance.now() - askedAt;
    wellness.look({ ...vitals.read(), storeMs }, clock.elapsed());
    const { unwell } = wellness;
    const untilAt = exhaustedUntil(overseer, exhaustedMs, clock);
    if (unwell !== undefined && wellness.isLost(clock.elapsed())) {
      await leave({ trigger: 'degradation', because: `the process is not well: ${unwell}` });
    } else if (untilAt !== undefined) {
      const because = `all models are used up until ${new Date(untilAt).toISOString()}`;
      await leave({ trigger: 'limits', because });
    }
  };
  const watching = (async () => {
    while (!stop.signal.aborted) {
      // What goes wrong is told by `left`, or by the overseer's own end.
      await look().catch(() => undefined);
      await sleep(LOOK_MS, clock, stop.signal).catch(() => undefined);
    }
    vitals.close();
  })();
  const failed = async (): Promise<void> => {
    const end = await overseer.ended;
    if (end.kind !== 'failed' || stop.signal.aborted || isElsewhere(end.error)) return;
    const because = `the overseer failed: ${end.error.message}`;
    const parts = { store, clock, name: 'watch' };
    try {
      await overseer.close();
    } finally {
      await go({ trigger: 'failure', because }, (one) => leaveUnled(parts, project, one));
    }
  };
  failed().catch((error: unknown) => left.reject(error));
  return {
    left: left.promise,
    leave,
    close: async () => {
      stop.abort();
      await watching;
      left.resolve(undefined);
    },
  };
}

/** Somebody else has the project, or may have it. */
function isElsewhere(error: Error): boolean {
  return OverseerError.is(error) && ['store.fenced', 'store.unreachable'].includes(error.code);
}
