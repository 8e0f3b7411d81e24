import { createSseReader, type HeaderReader } from '@overseer/core/plugin';
import { createDocument } from './http-client.ts';

/** Whose answer is read: what its errors tell. */
export interface AnswerSource {
  /** The model, for people. */
  readonly where: string;
  /** Those that the answer came with. */
  readonly headers: HeaderReader;
}

/** Reads one answer of a model from what its body says, whatever the wire. Its methods throw `ModelError`. */
export interface AnswerReader {
  /** Takes one event of a stream: its data and its name, empty where it has none. Says whether the answer is whole. */
  event(data: string, name: string): boolean;
  /** Takes the answer of a server that does not stream: one JSON document. */
  whole(document: unknown): void;
  /** Gives what only the end tells; nothing where the server never said why it stopped. */
  end(): void;
}

/** Takes a body as it comes. */
export interface AnswerBody {
  push(bytes: Uint8Array): void;
  /** The body is over. */
  end(): void;
}

/** Reads the body of a good answer, as a stream of events or as one document, and hands on what is in it. */
export function answerBody(
  { where, headers }: AnswerSource,
  onto: {
    readonly event: (data: string, name: string) => void;
    readonly whole: (document: unknown) => void;
    readonly end: () => void;
  },
): AnswerBody {
  if (headers.get('content-type')?.includes('application/json') !== true) {
    const sse = createSseReader({ onEvent: onto.event });
    const end = (): void => {
      sse.end();
      onto.end();
    };
    return { push: sse.push, end };
  }
  const document = createDocument(200);
  const end = (): void => {
    onto.whole(document.json(where));
    onto.end();
  };
  return { push: document.push, end };
}
