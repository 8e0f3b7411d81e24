import type { OverseerEvent } from '../spec/event.ts';
import type { Json, JsonObject } from '../spec/json.ts';
import type { HandoffTrigger } from '../spec/run-events.ts';

/**
 * What an overseer left that no other has taken up yet: why, and whether the project came from another store, whose connections have to
 * be looked at first. Who only gives orders takes nothing up. A fold that sees each event once.
 */
export class Untaken {
  #trigger: HandoffTrigger | undefined;
  #hasArrived: boolean;

  constructor({ trigger, hasArrived = false }: Body = {}) {
    this.#trigger = trigger;
    this.#hasArrived = hasArrived;
  }

  /** Reads what `body` gave; one that is none of ours is as good as nothing. */
  static from(body: Json | undefined): Untaken {
    const isBody = typeof body === 'object' && body !== null && !Array.isArray(body);
    return new Untaken(isBody ? (body as unknown as Body) : {});
  }

  /** Why the project was given up; `undefined` where another has it, or it was closed. */
  get trigger(): HandoffTrigger | undefined {
    return this.#trigger;
  }

  /** Whether it came from another store, or back from its way to one, and nobody has written down since that it goes on. */
  get hasArrived(): boolean {
    return this.#hasArrived;
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    switch (event.type) {
      case 'handoff.offered':
        this.#trigger = event.data.trigger;
        return;
      case 'handoff.received':
      case 'handoff.recalled':
      case 'handoff.refused':
        this.#hasArrived = true;
        return;
      case 'lease.taken':
        if (event.data.custody === true) {
          // Whoever comes next takes it from nobody, for it is given back.
          if (event.data.from !== undefined) this.#trigger ??= 'failure';
        } else if (!this.#hasArrived) this.#trigger = undefined;
        return;
      case 'handoff.accepted':
        this.#trigger = undefined;
        this.#hasArrived = false;
        return;
      default:
    }
  }

  /** What a snapshot holds of it; `undefined` where that is nothing. */
  body(): JsonObject | undefined {
    if (this.#trigger === undefined && !this.#hasArrived) return undefined;
    return {
      ...(this.#trigger === undefined ? {} : { trigger: this.#trigger }),
      ...(this.#hasArrived ? { hasArrived: true } : {}),
    };
  }
}

interface Body {
  readonly trigger?: HandoffTrigger;
  readonly hasArrived?: boolean;
}
