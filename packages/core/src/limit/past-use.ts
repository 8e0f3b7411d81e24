import type { OverseerEvent } from '../spec/event.ts';
import type { PastUse } from './ledger.ts';

/** What the calls of one model used that have ended, gathered from events in their order. */
export class PastUses {
  readonly #model: string;
  readonly #started = new Map<string, number>();
  #ended: PastUse[] = [];

  constructor(model: string) {
    this.#model = model;
  }

  /** Those that ended so far. */
  get ended(): readonly PastUse[] {
    return this.#ended;
  }

  /** Takes one event into account. */
  take(event: OverseerEvent): void {
    if (event.type === 'clock.jumped') {
      const moved = (at: number): number => Math.min(at + event.data.byMs, event.at);
      for (const [call, at] of this.#started) this.#started.set(call, moved(at));
      this.#ended = this.#ended.map(({ at, used }) => ({ at: moved(at), used }));
      return;
    }
    if (event.model !== this.#model || event.call === undefined) return;
    if (event.type === 'call.started') {
      this.#started.set(event.call, event.at);
      return;
    }
    const used =
      event.type === 'call.finished' || (event.type === 'call.failed' && event.data.uncertain)
        ? event.data.settled
        : undefined;
    const isEnd =
      used !== undefined || event.type === 'call.failed' || event.type === 'call.withheld';
    const at = this.#started.get(event.call);
    if (!isEnd || at === undefined) return;
    this.#started.delete(event.call);
    if (used !== undefined) this.#ended.push({ at, used });
  }
}
