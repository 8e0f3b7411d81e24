import type { OverseerEvent } from '@overseer/core/spec';
import type { World } from './world.ts';

/** Counts, over all lives of the process, how many calls are asked twice, and holds each against what the host allows. */
export class HedgeAudit {
  readonly #world: World;
  /** The calls that were hedged, by the call that hedges each. */
  readonly #hedged = new Map<string, string>();
  /** Replies that came after the process that asked had lost the project: for those too a call is broken off. */
  readonly #late = new Set<string>();
  #calls = 0;

  constructor(world: World) {
    this.#world = world;
  }

  /** What an event breaks. */
  take(event: OverseerEvent): string | undefined {
    const { call = '' } = event;
    switch (event.type) {
      case 'call.started':
        if (event.data.hedge !== undefined) return this.#ask(call, event.data.hedge.of);
        this.#calls += 1;
        return undefined;
      case 'call.finished':
        if (this.#hedged.has(call)) this.#world.count('hedges finished');
        return undefined;
      case 'reply.late':
        this.#late.add(call);
        return undefined;
      case 'call.failed':
        return event.data.lostTo === undefined ? undefined : this.#lose(call, event.data.lostTo);
      default:
        return undefined;
    }
  }

  #ask(call: string, of: string): string | undefined {
    this.#world.count('hedges');
    const isTwice = [...this.#hedged.values()].includes(of);
    this.#hedged.set(call, of);
    const { hedge } = this.#world.scenario.routing;
    if (hedge === undefined) return 'hedges where the host wants none';
    if (isTwice) return 'hedges a call for the second time';
    return this.#hedged.size > (hedge.share ?? 1) * this.#calls + 1e-6
      ? `is the ${this.#hedged.size}th hedge of ${this.#calls} calls`
      : undefined;
  }

  #lose(call: string, winner: string): string | undefined {
    if (this.#late.has(winner)) return undefined;
    this.#world.count('hedges broken off');
    const isPair = this.#hedged.get(call) === winner || this.#hedged.get(winner) === call;
    return isPair ? undefined : 'lost to a call that is no other of the two';
  }
}
