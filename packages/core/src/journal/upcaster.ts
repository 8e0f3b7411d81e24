import type { Envelope } from '../spec/event.ts';
import type { JsonObject } from '../spec/json.ts';

/** An event as some version of Overseer wrote it. */
export interface WrittenEvent extends Envelope {
  readonly type: string;
  readonly data: JsonObject;
}

/**
 * Makes an event of one version into one of the next, as it would have been written then. Pure; it must change nothing that
 * it is given, and keep `id`, `stream`, `seq`, `at` and `epoch`. It may give the event another type.
 */
export type Upcaster = (event: WrittenEvent) => WrittenEvent;

/** Upcasters by the type of event and the version that they take. */
export type Upcasters = Readonly<Record<string, Readonly<Record<number, Upcaster>>>>;
