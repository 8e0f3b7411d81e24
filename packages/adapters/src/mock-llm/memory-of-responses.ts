import type { Json, JsonObject } from '@overseer/core/spec';

/** What a service keeps of the responses that it gave, so that a request can go on from one: the conversation up to there. */
export interface ResponseMemory {
  get(id: string): readonly Json[] | undefined;
  keep(id: string, items: readonly Json[]): void;
}

/** A memory of the newest 1,000 responses. */
export function createResponseMemory(): ResponseMemory {
  const kept = new Map<string, readonly Json[]>();
  return {
    get: (id) => kept.get(id),
    keep(id, items) {
      kept.set(id, items);
      const [oldest] = kept.keys();
      if (kept.size > MOST_KEPT && oldest !== undefined) kept.delete(oldest);
    },
  };
}

const MOST_KEPT = 1000;

/** The items of a body's input, which may be one text. */
export function itemsOf(input: Json | undefined): readonly Json[] {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  return Array.isArray(input) ? (input as readonly Json[]) : [];
}

/** The same body with other input. */
export function withInput(body: JsonObject, input: readonly Json[]): JsonObject {
  return { ...body, input };
}
