import type { EventSink, ModelError } from '@overseer/core/plugin';
import type { CallContext, JsonObject, ModelRequest, ModelWarning } from '@overseer/core/spec';
import type { AnswerReader } from './answer-body.ts';
import type { AnswerSource } from './answer-source.ts';

/** One request of a batch, by the id under which its result comes. */
export interface BatchItem {
  readonly id: string;
  readonly body: JsonObject;
}

/** How a batch stands at its provider. */
export interface BatchLook {
  readonly isOver: boolean;
  /** Why none of its requests was begun; left out where they were. */
  readonly refused?: ModelError;
  /** Share of its requests that are done, 0 to 1. */
  readonly fraction?: number;
}

/** What became of one request of a batch that is over. */
export type BatchResult =
  | { readonly id: string; readonly kind: 'answer'; readonly document: unknown }
  | { readonly id: string; readonly kind: 'failed'; readonly error: ModelError };

/** A batch as its provider lists it. */
export interface ListedBatch {
  readonly id: string;
  readonly isOver: boolean;
  /** Those of its requests that are under way or answered; `undefined` where nobody says before it is over. */
  readonly ids?: () => Promise<ReadonlySet<string>>;
}

/** The batch API of one provider, for one model. Methods that ask throw `ModelError` and nothing else. */
export interface BatchWire {
  /** Most requests that the provider takes in one batch. */
  readonly most: number;
  /** Most bytes that the provider takes in one batch. */
  readonly mostBytes: number;
  /** A request as it stands in a batch. */
  body(request: ModelRequest): {
    readonly body: JsonObject;
    readonly warnings: readonly ModelWarning[];
  };
  /** Makes a batch, which is paid for from here on; gives its id. */
  send(items: readonly BatchItem[], ctx: CallContext): Promise<string>;
  look(batch: string, ctx: CallContext): Promise<BatchLook>;
  /** What became of the requests of a batch that is over, in any order. */
  results(batch: string, ctx: CallContext): AsyncIterable<BatchResult>;
  cancel(batch: string, ctx: CallContext): Promise<void>;
  /** The batches whose results are kept, the newest first. */
  list(ctx: CallContext): AsyncIterable<ListedBatch>;
  reader(from: AnswerSource, sink: EventSink): AnswerReader;
}
