import type { Json, JsonObject } from '@overseer/core/spec';

/** What a service keeps of a response. */
export interface KeptResponse {
  /** All items up to its end, so that a request can go on from there. */
  readonly conversation: readonly Json[];
  /** Those of its own request. */
  readonly input: readonly Json[];
  readonly response: JsonObject;
}

/** The responses that a service gave. */
export interface ResponseMemory {
  get(id: string): KeptResponse | undefined;
  keep(id: string, kept: KeptResponse): void;
  /** Whether it was there. */
  forget(id: string): boolean;
}

/** A memory of the newest 1,000 responses. */
export function createResponseMemory(): ResponseMemory {
  const kept = new Map<string, KeptResponse>();
  return {
    get: (id) => kept.get(id),
    forget: (id) => kept.delete(id),
    keep(id, one) {
      kept.set(id, one);
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
