import { hash } from 'node:crypto';
import type { EventType, OverseerEvent } from '@overseer/core/spec';
import { sha256 } from './content-key.ts';
import type { Manifest, PackagedStream } from './manifest.ts';

/** Where the stream of a package begins: after a `seq`, with the chain as it stands there. */
export interface StreamStart {
  readonly seq: number;
  readonly chain: string;
}

/** Where each stream begins; one that is not named begins at its first event. */
export type StreamStarts = Readonly<Record<string, StreamStart>>;

/** The chain after an event: hex SHA-256 of the chain before it and the event as JSON. */
export function nextChain(before: string, text: string): string {
  return hash('sha256', `${before}${text}`, 'hex');
}

type Counted = { -readonly [K in keyof PackagedStream]: PackagedStream[K] };

/** Counts what goes through a package, in order, and finds what is out of place. */
export class Tally {
  readonly #starts: StreamStarts;
  readonly #streams = new Map<string, Counted>();
  readonly #versions: Partial<Record<EventType, number>> = {};
  #last: Counted | undefined;
  #events = 0;
  #blobs = 0;
  #blobChain = '';

  constructor(starts: StreamStarts) {
    this.#starts = starts;
  }

  /** Takes the next event; answers what is wrong with its place, if anything. */
  event(event: OverseerEvent, text: string): string | undefined {
    const stream = this.#last?.name === event.stream ? this.#last : this.#open(event.stream);
    if (stream === undefined) return `stream ${event.stream} comes twice`;
    if (event.seq !== stream.head + 1) {
      return `event ${event.seq} of ${event.stream} stands where ${stream.head + 1} belongs`;
    }
    stream.head = event.seq;
    stream.chain = nextChain(stream.chain, text);
    stream.epoch = Math.max(stream.epoch, event.epoch);
    this.#versions[event.type] = Math.max(this.#versions[event.type] ?? 0, event.v);
    this.#events++;
    return undefined;
  }

  /** Takes the next blob. */
  blob(bytes: Uint8Array): void {
    this.#blobs++;
    this.#blobChain = nextChain(this.#blobChain, sha256(bytes));
  }

  /** What there is so far. */
  total(): Pick<Manifest, 'streams' | 'events' | 'blobs' | 'versions'> & {
    readonly blobChain: string;
  } {
    return {
      streams: [...this.#streams.values()].map((stream) => ({ ...stream })),
      events: this.#events,
      blobs: this.#blobs,
      versions: { ...this.#versions },
      blobChain: this.#blobChain,
    };
  }

  #open(name: string): Counted | undefined {
    if (this.#streams.has(name)) return undefined;
    const start = Object.hasOwn(this.#starts, name) ? this.#starts[name] : undefined;
    const { seq, chain } = start ?? { seq: 0, chain: '' };
    this.#last = { name, after: seq, chainBefore: chain, head: seq, chain, epoch: 0 };
    this.#streams.set(name, this.#last);
    return this.#last;
  }
}
