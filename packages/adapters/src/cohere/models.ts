import type { KnownModels } from '../internal/known-models.ts';

/** What is known of Cohere's models. */
export const COHERE_MODELS: KnownModels = {
  asOf: '2026-07-02',
  source:
    'https://models.dev, which follows https://cohere.com/pricing and https://docs.cohere.com/docs/models',
  models: [
    {
      id: 'command-a-03-2025',
      contextWindow: 256_000,
      maxOutput: 8000,
      can: { tools: true, json: 'schema', reasoning: false, image: false },
      price: { input: 2.5, output: 10 },
    },
    {
      id: 'command-a-plus-05-2026',
      contextWindow: 128_000,
      maxOutput: 64_000,
      can: { tools: true, json: 'schema', reasoning: true, image: true },
      price: { input: 2.5, output: 10 },
    },
    {
      id: 'command-a-reasoning-08-2025',
      contextWindow: 256_000,
      maxOutput: 32_000,
      can: { tools: true, json: 'schema', reasoning: true, image: false },
      price: { input: 2.5, output: 10 },
    },
    {
      id: 'command-a-vision-07-2025',
      contextWindow: 128_000,
      maxOutput: 8000,
      can: { tools: false, json: 'schema', reasoning: false, image: true },
      price: { input: 2.5, output: 10 },
    },
    {
      id: 'command-r-08-2024',
      contextWindow: 128_000,
      maxOutput: 4000,
      can: { tools: true, json: 'schema', reasoning: false, image: false },
      price: { input: 0.15, output: 0.6 },
    },
    {
      id: 'command-r-plus-08-2024',
      contextWindow: 128_000,
      maxOutput: 4000,
      can: { tools: true, json: 'schema', reasoning: false, image: false },
      price: { input: 2.5, output: 10 },
    },
    {
      id: 'command-r7b-12-2024',
      contextWindow: 128_000,
      maxOutput: 4000,
      can: { tools: true, json: 'schema', reasoning: false, image: false },
      price: { input: 0.0375, output: 0.15 },
    },
  ],
};
