import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { Json, JsonObject } from '../spec/json.ts';

/** How long finished runs are kept, as it was noted last, and from when on. */
export type NotedRetention = EventData['retention.changed'];

/** Which rule a project's finished runs are kept by. A fold that sees each event once. */
export class RetentionNote {
  #noted: NotedRetention | undefined;

  constructor(noted?: NotedRetention) {
    this.#noted = noted;
  }

  /** Reads what `body` gave; one that is none of ours is as good as nothing. */
  static from(body: Json | undefined): RetentionNote {
    if (typeof body !== 'object' || body === null || Array.isArray(body))
      return new RetentionNote();
    const { keepMs, isDefault, fromAt } = body as JsonObject;
    if (typeof isDefault !== 'boolean' || typeof fromAt !== 'number') return new RetentionNote();
    const kept = typeof keepMs === 'number' ? { keepMs } : {};
    return new RetentionNote({ ...kept, isDefault, fromAt });
  }

  /** The rule; `undefined` where none was noted, since nothing was near to be erased. */
  get noted(): NotedRetention | undefined {
    return this.#noted;
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    if (event.type === 'retention.changed') this.#noted = event.data;
  }

  /** What a snapshot holds of it; `undefined` where that is nothing. */
  body(): JsonObject | undefined {
    return this.#noted === undefined ? undefined : { ...this.#noted };
  }
}
