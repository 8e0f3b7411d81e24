import { createSseReader, OverseerError } from '@overseer/core/plugin';
import { answerSize } from './answer-size.ts';
import type { AnswerSource } from './answer-source.ts';
import { createDocument, endless } from './http-client.ts';
import { noAnswer } from './no-answer.ts';

/**
 * Reads one answer of a model from what its body says, whatever the wire. Throws `ModelError` for a failure that the server
 * tells of; `answerBody` makes one of whatever else its methods throw where the server sends something of another shape.
 */
export interface AnswerReader {
  /** Takes one event of a stream: its data and its name, empty where it has none. Says whether the answer is whole. */
  event(data: string, name: string): boolean;
  /** Takes the answer of a server that does not stream: one JSON document. */
  whole(document: unknown): void;
  /** Gives what only the end tells; nothing where the server never said why it stopped. */
  end(): void;
}

/** Takes a body as it comes. Throws `ModelError` for what cannot be read. */
export interface AnswerBody {
  push(bytes: Uint8Array): void;
  /** The body is over. */
  end(): void;
}

/**
 * Reads the body of a good answer, as a stream of events or as one document, and hands on what is in it. Which it is, its
 * first character says: servers and what stands before them send either one under the other's type. An answer of more than 128
 * MiB is broken off.
 */
export function answerBody(
  from: AnswerSource,
  onto: {
    readonly event: (data: string, name: string) => void;
    readonly whole: (document: unknown) => void;
    readonly end: () => void;
  },
): AnswerBody {
  let body: AnswerBody | undefined;
  const size = answerSize(from.where);
  let isForeign = false;
  const onEvent = (data: string, name: string): void => {
    isForeign = false;
    size.event(data.length);
    onto.event(data, name);
  };
  const open = (first: number | undefined): AnswerBody =>
    isDocument(first, from) ? documentBody(from, onto) : createSseReader({ onEvent });
  const begin = (bytes: Uint8Array): void => {
    const start = bytes.findIndex((byte) => !BLANK.has(byte));
    if (start === -1) return;
    isForeign = isNeither(bytes[start]);
    body = open(bytes[start]);
    body.push(bytes.subarray(start));
  };
  return {
    push: (bytes) => {
      try {
        size.bytes(bytes.length);
        if (body === undefined) begin(bytes);
        else body.push(bytes);
      } catch (error) {
        throw unreadable(error, from);
      }
    },
    end: () => {
      try {
        (body ?? open(undefined)).end();
        if (isForeign) throw noAnswer(undefined, FOREIGN, from);
        onto.end();
      } catch (error) {
        throw unreadable(error, from);
      }
    },
  };
}

/** What says nothing before a body: white space, and the bytes of a byte order mark. */
const BLANK: ReadonlySet<number> = new Set([9, 10, 13, 32, 0xef, 0xbb, 0xbf]);

/** With what a line of an event stream begins, and no JSON: `data`, `event`, `id`, `retry`, or the colon of a comment. */
const EVENT_STARTS: ReadonlySet<number> = new Set(Buffer.from('deir:'));

/** Such as a page of whatever else answers at that address. */
const FOREIGN = 'the server answered with no answer of a model';

/** With what an object or a list begins, and no line of an event stream. */
const DOCUMENT_STARTS: ReadonlySet<number> = new Set(Buffer.from('{['));

/** Whether a body begins as neither a stream of events nor a document does; lines that nobody knows may still come before events. */
function isNeither(first = 0): boolean {
  return !EVENT_STARTS.has(first) && !DOCUMENT_STARTS.has(first);
}

function isDocument(first: number | undefined, { headers }: AnswerSource): boolean {
  if (first !== undefined && EVENT_STARTS.has(first)) return false;
  if (first !== undefined && DOCUMENT_STARTS.has(first)) return true;
  return headers.get('content-type')?.includes('application/json') === true;
}

function documentBody(
  from: AnswerSource,
  onto: { readonly whole: (document: unknown) => void },
): AnswerBody {
  const document = createDocument(200);
  return {
    push: (bytes) => {
      document.push(bytes);
      if (document.isFull) throw endless(from.where);
    },
    end: () => onto.whole(document.json(from)),
  };
}

/** A server may send anything at all in places where a reader looks for something else. */
export function unreadable(error: unknown, from: AnswerSource): unknown {
  if (OverseerError.is(error)) return error;
  return noAnswer(undefined, 'the server sent an answer whose shape cannot be read', from, error);
}
