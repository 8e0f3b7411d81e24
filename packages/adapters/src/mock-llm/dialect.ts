import type { JsonObject } from '@overseer/core/spec';
import type { Answer } from './answer.ts';
import type { Asked, Malformed } from './asked.ts';
import type { Frame } from './frame.ts';
import type { MockDialect } from './mock-request.ts';
import type { Wire } from './wire.ts';

/** One wire format in which a model can be asked: reads requests and writes replies, and decides nothing. */
export interface Dialect {
  readonly name: MockDialect;
  /** How the provider words its errors and limits. */
  readonly wire: Wire;
  /** Reads a body, or says what is wrong with it, as the provider would. */
  read(body: JsonObject): Asked | Malformed;
  /** The reply in one piece. */
  whole(answer: Answer): object;
  /** The reply as a stream. Lazy, because an answer may be endless. */
  stream(answer: Answer): Iterable<Frame>;
  /** The event that tells of the wire's breakdown when the stream has begun. */
  streamError(requestId: string): string;
  /** A piece of its stream that is no JSON; the default is an event. */
  readonly malformed?: string;
}
