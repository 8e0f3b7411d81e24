import type { KnownModels } from '../internal/known-models.ts';

/** What is known of Google's models. Those that cost more above 200,000 tokens have no price here, since one price would be wrong of half their calls. */
export const GOOGLE_MODELS: KnownModels = {
  asOf: '2026-07-02',
  source: 'https://models.dev, which follows https://ai.google.dev/gemini-api/docs/pricing',
  models: [
    {
      id: 'gemini-2.5-flash-lite',
      contextWindow: 1_048_576,
      maxOutput: 65_536,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
      price: { input: 0.1, output: 0.4, cacheRead: 0.01 },
    },
    {
      id: 'gemini-2.5-flash',
      contextWindow: 1_048_576,
      maxOutput: 65_536,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
      price: { input: 0.3, output: 2.5, cacheRead: 0.03 },
    },
    {
      id: 'gemini-2.5-pro',
      contextWindow: 1_048_576,
      maxOutput: 65_536,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
    },
    {
      id: 'gemini-3-flash-preview',
      contextWindow: 1_048_576,
      maxOutput: 65_536,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
      price: { input: 0.5, output: 3, cacheRead: 0.05 },
    },
    {
      id: 'gemini-3.1-flash-lite',
      contextWindow: 1_048_576,
      maxOutput: 65_536,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
      price: { input: 0.25, output: 1.5, cacheRead: 0.025 },
    },
    {
      id: 'gemini-3.1-pro-preview',
      contextWindow: 1_048_576,
      maxOutput: 65_536,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
    },
    {
      id: 'gemini-3.5-flash',
      contextWindow: 1_048_576,
      maxOutput: 65_536,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
      price: { input: 1.5, output: 9, cacheRead: 0.15 },
    },
  ],
};
