import type { JsonObject } from '@overseer/core/spec';
import type { AnswerLine, BatchShelf } from './batch/batch-shelf.ts';
import type { Catalogue, ModelEntry } from './catalogue.ts';
import type { ResponseMemory } from './memory-of-responses.ts';
import { statusFailure } from './status-failure.ts';
import type { Vocabulary } from './vocabulary.ts';
import type { Failure, Wire } from './wire.ts';

/** Something that can be asked of a service but no reply of a model: a listing, a count. Neither limited nor counted. */
export interface Endpoint {
  readonly wire: Wire;
  answer(question: Question): Told;
}

/** What an endpoint is asked. */
export interface Question {
  readonly catalogue: Catalogue;
  /** The model's id in the path, where it has one. */
  readonly id: string;
  readonly body: JsonObject;
  readonly query: URLSearchParams;
  /** The service's own address, as the client knows it. */
  readonly origin: string;
  readonly batches: BatchShelf;
  readonly responses: ResponseMemory;
  readonly answerLine: AnswerLine;
  readonly vocabulary: Vocabulary;
  /** Epoch ms. */
  readonly now: number;
}

/** What an endpoint answers. */
export type Told =
  | { readonly kind: 'told'; readonly body: object; readonly afterMs?: number }
  | { readonly kind: 'text'; readonly type: string; readonly text: string }
  | { readonly kind: 'refused'; readonly failure: Failure };

/** Answers about one model, or refuses: it may not exist, or be down. */
export function aboutModel(
  { catalogue }: Question,
  wire: Wire,
  id: string,
  body: (entry: ModelEntry) => object,
): Told {
  const entry = id === '' ? undefined : catalogue.find(id);
  if (entry === undefined) return { kind: 'refused', failure: wire.noModel(id) };
  const { down } = entry.model;
  if (down === true) return { kind: 'refused', failure: wire.breakdown };
  if (down) return { kind: 'refused', failure: statusFailure(down) };
  return { kind: 'told', body: body(entry) };
}
