import type { OverseerEvent } from '../spec/event.ts';
import type { HeardNote } from '../spec/handoff-events.ts';
import type { Json, JsonObject } from '../spec/json.ts';

/** Replies from another store that are remembered by their calls; the oldest go first. */
const HEARD = 10_000;

/** Which replies a project has heard that came after it had left a store. */
export class HeardReplies {
  readonly #calls: Set<string>;
  #upTo: HeardNote | undefined;

  constructor(calls: readonly string[] = [], upTo?: HeardNote) {
    this.#calls = new Set(calls);
    this.#upTo = upTo;
  }

  /** Whether it has heard how a call ended. */
  has(call: string): boolean {
    return this.#calls.has(call);
  }

  /** The note of this store up to which all were heard, so that those before need not be looked at again. */
  get upTo(): HeardNote | undefined {
    return this.#upTo;
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    // The notes are those of another store now.
    if (event.type === 'handoff.received') this.#upTo = undefined;
    if (event.type !== 'handoff.heard') return;
    const { call, note } = event.data;
    this.#calls.add(call);
    if (note !== undefined && note.seq > (this.#upTo?.seq ?? 0)) this.#upTo = note;
    for (const oldest of this.#calls) {
      if (this.#calls.size <= HEARD) return;
      this.#calls.delete(oldest);
    }
  }

  /** What a snapshot holds of it; nothing where nothing was heard. */
  body(): JsonObject {
    return {
      ...(this.#calls.size === 0 ? {} : { heard: [...this.#calls] }),
      ...(this.#upTo === undefined ? {} : { heardUpTo: { ...this.#upTo } }),
    };
  }
}

/** Whether a snapshot's body has what was heard in a form that is ours, or nothing of it. */
export function isHeard({ heard, heardUpTo }: JsonObject): boolean {
  return (heard === undefined || isTexts(heard)) && (heardUpTo === undefined || isNote(heardUpTo));
}

function isTexts(value: Json): boolean {
  return Array.isArray(value) && value.every((text) => typeof text === 'string');
}

function isNote(value: Json): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { seq, id } = value as JsonObject;
  return typeof seq === 'number' && typeof id === 'string';
}
