import type { JsonObject } from '@overseer/core/spec';
import type { Answer } from './answer.ts';
import type { Asked, Malformed } from './asked.ts';
import type { Question, Told } from './endpoint.ts';
import type { Frame } from './frame.ts';
import type { ResponseMemory } from './memory-of-responses.ts';
import type { MockModel } from './mock-model.ts';
import type { MockDialect } from './mock-request.ts';
import type { Failure, Wire } from './wire.ts';

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
  /** What tells of the wire's breakdown when the stream of this answer has begun. */
  streamError(requestId: string, answer: Answer): string;
  /** What its streams are sent as; the default is an event stream. */
  readonly streamType?: string;
  /** A piece of its stream that is no JSON; the default is an event. */
  readonly malformed?: string;
  /** Obeys a body that orders something of the server and asks no model; `undefined` for every other. */
  order?(question: Question): Told | undefined;
  /** Puts before a request what it goes on from, or refuses where that is not there any more. */
  recall?(body: JsonObject, memory: ResponseMemory): JsonObject | Failure;
  /** Keeps what a later request may go on from. */
  keep?(answer: Answer, asked: JsonObject, memory: ResponseMemory): void;
  /** What becomes of a request in the model's window; the default is to refuse one that is longer. */
  fit?(asked: Asked, body: JsonObject, model: MockModel): Asked | Failure;
}
