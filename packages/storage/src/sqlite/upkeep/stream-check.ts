import { rowHash } from '../file/event-hash.ts';
import type { EventRow } from '../file/event-row.ts';
import type { Packing } from '../file/packing.ts';
import { type CheckedEvent, checkEvent } from './check-event.ts';
import type { Problems, StreamReport } from './file-report.ts';

/** What is needed to look at events, and where it is noted what comes of it. */
export interface CheckContext {
  readonly hasKeys: boolean;
  readonly problems: Problems;
  /** Hears the names of large values. */
  readonly names: Set<string>;
}

/** Looks at the events of one stream, one after the other. */
export class StreamCheck {
  readonly #name: string;
  readonly #context: CheckContext;
  readonly #state = { events: 0, goodTo: 0, hash: '', erased: 0, lost: 0, unopened: 0 };
  #before = '';
  #last = 0;
  #isGood = true;

  constructor(name: string, context: CheckContext) {
    this.#name = name;
    this.#context = context;
  }

  /** The `seq` of the event that was seen last. */
  get last(): number {
    return this.#last;
  }

  /** Looks at the next event; `packing` opens it, and is absent where nothing could be packed. Gives what it says of itself. */
  see(row: Omit<EventRow, 'run'>, packing: Packing | undefined): CheckedEvent {
    if (row.seq !== this.#last + 1) {
      this.fail(this.#last + 1, `it is missing, up to seq ${row.seq - 1}`);
    }
    const { hasKeys, names } = this.#context;
    const checked = checkEvent(row, this.#name, packing, hasKeys);
    for (const each of checked.names) names.add(each);
    const state = this.#state;
    if (checked.kind !== 'open') state[checked.kind]++;
    const follows = rowHash(this.#before, { ...row, stream: this.#name }) === row.hash;
    const problem = checked.problem ?? (follows ? undefined : UNPROVEN);
    if (problem !== undefined) this.fail(row.seq, problem);
    if (this.#isGood) {
      state.goodTo = row.seq;
      state.hash = row.hash;
    }
    this.#before = row.hash;
    this.#last = row.seq;
    state.events++;
    return checked;
  }

  /** Notes what is wrong at a place; from there on nothing is proven. */
  fail(seq: number, what: string): void {
    this.#isGood = false;
    this.#context.problems.add({ of: 'event', what, stream: this.#name, seq });
  }

  report(): StreamReport {
    return { name: this.#name, ...this.#state };
  }
}

const UNPROVEN = 'its hash does not follow from the one before it and from its content';
