import { takeEvents } from '../journal/read-events.ts';
import { memoryOf } from '../limit/create-window.ts';
import type { PastUse } from '../limit/ledger.ts';
import { PastUses } from '../limit/past-use.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { GaugeRule, LimitRule } from '../spec/limit.ts';
import type { OpenKernel } from './open-kernel.ts';

/** What the calls of a model used, up to the moment at which it is asked. */
export interface PastUseReading extends Disposable {
  /** Those that have ended by now. */
  ended(): readonly PastUse[];
}

/** Reads from the journal what a model used, as far back as limits by these rules look; calls that end meanwhile are in it. */
export async function pastUseOf(
  { settings, kernel, journal, projection, index }: OpenKernel,
  model: string,
  rules: readonly (LimitRule | GaugeRule)[],
): Promise<PastUseReading> {
  const uses = new PastUses(model);
  const meanwhile: OverseerEvent[] = [];
  const watch = (event: OverseerEvent): void => {
    if (event.model === model || event.type === 'clock.jumped') meanwhile.push(event);
  };
  const memoryMs = Math.max(0, ...rules.map((rule) => ('gauge' in rule ? 0 : memoryOf(rule))));
  if (memoryMs > 0) {
    projection.watchers.add(watch);
    try {
      const { head } = journal;
      const after = index.firstSeqSince(settings.clock.now() - memoryMs);
      await kernel.settled();
      await takeEvents(settings.store, journal.stream, { after }, (event) => {
        if (event.seq <= head) uses.take(event);
      });
    } catch (error) {
      projection.watchers.delete(watch);
      throw error;
    }
  }
  return {
    ended: () => {
      for (const event of meanwhile.splice(0)) uses.take(event);
      return uses.ended;
    },
    [Symbol.dispose]: () => {
      projection.watchers.delete(watch);
    },
  };
}
