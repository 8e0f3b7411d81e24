import type { KnownModels } from '../internal/known-models.ts';

/** What is known of Anthropic's models. */
export const ANTHROPIC_MODELS: KnownModels = {
  asOf: '2026-07-02',
  source: 'https://models.dev, which follows https://docs.claude.com/en/docs/about-claude/pricing',
  models: [
    {
      id: 'claude-fable-5',
      contextWindow: 1_000_000,
      maxOutput: 128_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 10, output: 50, cacheRead: 1, cacheWrite: 12.5 },
    },
    {
      id: 'claude-haiku-4-5',
      contextWindow: 200_000,
      maxOutput: 64_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 1, output: 5, cacheRead: 0.1, cacheWrite: 1.25 },
    },
    {
      id: 'claude-opus-4-5',
      contextWindow: 200_000,
      maxOutput: 64_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
    },
    {
      id: 'claude-opus-4-6',
      contextWindow: 1_000_000,
      maxOutput: 128_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
    },
    {
      id: 'claude-opus-4-7',
      contextWindow: 1_000_000,
      maxOutput: 128_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
    },
    {
      id: 'claude-opus-4-8',
      contextWindow: 1_000_000,
      maxOutput: 128_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 5, output: 25, cacheRead: 0.5, cacheWrite: 6.25 },
    },
    {
      id: 'claude-sonnet-4-5',
      contextWindow: 200_000,
      maxOutput: 64_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
    },
    {
      id: 'claude-sonnet-4-6',
      contextWindow: 1_000_000,
      maxOutput: 64_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 3, output: 15, cacheRead: 0.3, cacheWrite: 3.75 },
    },
    {
      id: 'claude-sonnet-5',
      contextWindow: 1_000_000,
      maxOutput: 128_000,
      can: { tools: true, json: 'unknown', reasoning: true, image: true },
      price: { input: 2, output: 10, cacheRead: 0.2, cacheWrite: 2.5 },
    },
  ],
};
