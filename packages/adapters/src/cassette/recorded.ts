import type { Json } from '@overseer/core/spec';
import { z } from 'zod';

/** The first line of a cassette: what it is, and in which version. */
export const CASSETTE_FORMAT = 'overseer-cassette/1';

/** One request and what came back, without keys and personal headers. */
export interface RecordedExchange {
  /** Which request of the recording it was, from 1. */
  readonly n: number;
  readonly request: RecordedRequest;
  readonly answer: RecordedAnswer;
}

/** A request as it is compared. */
export interface RecordedRequest {
  readonly method: string;
  /** With the part of the query that is no key, and without the host. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Missing where there was none. */
  readonly body?: RecordedBody;
}

/** A body: as JSON where it is some. */
export type RecordedBody =
  | { readonly kind: 'json'; readonly value: Json }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'base64'; readonly value: string };

/** What came back: an answer, a failure of the network, or nothing until the client left. */
export type RecordedAnswer =
  | {
      readonly kind: 'answered';
      /** From the request to the head of the answer. */
      readonly afterMs: number;
      readonly status: number;
      readonly headers: Readonly<Record<string, string>>;
      readonly chunks: readonly RecordedChunk[];
      readonly end: RecordedEnd;
    }
  | { readonly kind: 'failed'; readonly afterMs: number; readonly failure: RecordedFailure }
  | { readonly kind: 'silent' };

/** One piece of an answer as it came: text, or base64 where it is no whole UTF-8. */
export interface RecordedChunk {
  /** From the piece before, or the head. */
  readonly afterMs: number;
  readonly text?: string;
  readonly base64?: string;
}

/** How an answer ended: whole, by a connection that broke, or by a client that left. */
export type RecordedEnd =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut'; readonly afterMs: number; readonly failure: RecordedFailure }
  | { readonly kind: 'left' };

/** What the network said when it failed. */
export interface RecordedFailure {
  readonly message: string;
  /** Such as `ECONNREFUSED`. */
  readonly code?: string;
}

const afterMs = z.number().nonnegative();
const headers = z.record(z.string(), z.string());
const failure: z.ZodType<RecordedFailure> = z.object({
  message: z.string(),
  code: z.string().exactOptional(),
});
const body: z.ZodType<RecordedBody> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('json'), value: z.json() }),
  z.object({ kind: z.literal('text'), value: z.string() }),
  z.object({ kind: z.literal('base64'), value: z.base64() }),
]);
const end: z.ZodType<RecordedEnd> = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('whole') }),
  z.object({ kind: z.literal('cut'), afterMs, failure }),
  z.object({ kind: z.literal('left') }),
]);
const answer: z.ZodType<RecordedAnswer> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answered'),
    afterMs,
    status: z.int().min(200).max(599),
    headers,
    chunks: z.array(
      z.object({
        afterMs,
        text: z.string().exactOptional(),
        base64: z.base64().exactOptional(),
      }),
    ),
    end,
  }),
  z.object({ kind: z.literal('failed'), afterMs, failure }),
  z.object({ kind: z.literal('silent') }),
]);

/** One line of a cassette after the first. */
export const recordedExchange: z.ZodType<RecordedExchange> = z.object({
  n: z.int().positive(),
  request: z.object({
    method: z.string(),
    path: z.string().startsWith('/'),
    headers,
    body: body.exactOptional(),
  }),
  answer,
});

/** The first line of a cassette. */
export const cassetteHead: z.ZodType<{ readonly format: string }> = z.object({
  format: z.string(),
});
