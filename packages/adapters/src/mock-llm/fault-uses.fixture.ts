import { generate, ModelError } from '@overseer/core/plugin';
import type { Model, Part } from '@overseer/core/spec';
import type { Cells, Ours, Use } from './fault-row.fixture.ts';
import { FAULTY_MODEL } from './faulty-service.fixture.ts';

/** How long our code waits for a byte. */
export const IDLE_MS = 400;
/** The model that is asked. */
export const MODEL: string = FAULTY_MODEL;
const CHAT = {
  messages: [{ role: 'user' as const, parts: [{ type: 'text' as const, text: 'hi' }] }],
};
/** What our models are given. */
export const KEY: { readonly apiKey: string; readonly idleTimeoutMs: number } = {
  apiKey: 'k',
  idleTimeoutMs: IDLE_MS,
};
/** What batches of ours are given beside it. */
export const BATCH: {
  readonly collectMs: number;
  readonly pollMs: number;
  readonly patienceMs: number;
} = { collectMs: 1, pollMs: 5, patienceMs: 1500 };

export const STREAM: Cells = {
  status: 'rate-limit ↻',
  'midstream-error': 'server ↻ ¶',
  cut: 'interrupted ↻ ¶',
  truncated: 'interrupted ↻ ¶',
  stall: 'timeout ↻ ¶ ✕',
  malformed: 'protocol ↻ ¶',
  evict: 'server ↻ ¶',
  'load-delay': 'waits',
  'wrong-model': 'names it',
  'missing-ids': 'makes ids',
  'duplicate-ids': 'keeps them',
};
/** These say that they are overloaded where others say that they have failed. */
export const OVERLOADED: Cells = {
  ...STREAM,
  'midstream-error': 'overloaded ↻ ¶',
  evict: 'overloaded ↻ ¶',
};
export const DOCUMENT: Cells = {
  status: 'rate-limit ↻',
  'midstream-error': 'server ↻',
  cut: 'network ↻',
  truncated: 'protocol ↻',
  stall: 'timeout ↻ ✕',
  malformed: 'protocol ↻',
  evict: 'server ↻',
  'load-delay': 'waits',
};
/** A look at a batch that fails is made again. */
export const BATCHED: Cells = {
  ...STREAM,
  'midstream-error': 'server ↻',
  cut: 'asks again',
  truncated: 'asks again',
  malformed: 'asks again',
  stall: 'timeout ↻ ✕',
  evict: 'server ↻',
};

export const ANTHROPIC_BATCHED: Cells = {
  ...BATCHED,
  'midstream-error': 'overloaded ↻',
  evict: 'overloaded ↻',
};

/** A use of a model of ours. */
export function modelUse(name: string, cells: Cells, create: (url: string) => Model): Ours {
  const use: Use = async (url, seen, signal) => {
    try {
      const { parts, model } = await generate(create(url), CHAT, { signal });
      seen.model = model;
      seen.text = textOf(parts);
      for (const part of parts) if (part.type === 'tool-call') seen.ids.push(part.id);
    } catch (error) {
      if (error instanceof ModelError) seen.text = textOf(error.partial ?? []);
      throw error;
    }
  };
  return { name, cells, use };
}

function textOf(parts: readonly Part[]): string {
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

/** A look at the list of a model of ours. */
export function listUse(name: string, create: (url: string) => Model): Ours {
  return {
    name,
    cells: DOCUMENT,
    use: async (url, _, signal) => void (await create(url).list?.({ signal })),
  };
}

/** A count of tokens by a model of ours. */
export function countUse(name: string, create: (url: string) => Model): Ours {
  return {
    name,
    cells: DOCUMENT,
    use: async (url, _, signal) => void (await create(url).countTokens?.(CHAT, { signal })),
  };
}
