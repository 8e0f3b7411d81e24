import { anthropic } from '@overseer/adapters/anthropic';
import { lmstudio } from '@overseer/adapters/lmstudio';
import { openai } from '@overseer/adapters/openai';
import type { OverseerOptions } from '@overseer/core';

const apiKey = 'simulated';

/** An overseer model, three coders of which one is down, and a cheap local one, all served by the mock service at `url`. */
export function simulatedTeam(url: string): Pick<OverseerOptions, 'overseer' | 'models'> {
  const baseURL = `${url}/v1`;
  return {
    overseer: 'planner',
    models: {
      planner: {
        model: anthropic('planner-1', { baseURL: url, apiKey }),
        role: 'reviewer',
        goodAt: ['plan', 'review'],
        price: { input: 3, output: 15 },
      },
      'coder-a': {
        model: openai('coder-a-1', { baseURL, apiKey }),
        role: 'coder',
        goodAt: ['code', 'test', 'document'],
        limits: ['5 calls / 20s'],
        fallback: ['local'],
        price: { input: 1.25, output: 10 },
        concurrency: 2,
      },
      'coder-b': {
        model: openai('coder-b-1', { baseURL, apiKey }),
        role: 'coder',
        goodAt: ['code', 'test', 'document'],
        fallback: ['local'],
        price: { input: 0.25, output: 2 },
        concurrency: 2,
      },
      'coder-c': {
        model: openai('coder-c-1', { baseURL, apiKey }),
        role: 'coder',
        goodAt: ['code'],
        fallback: ['local'],
        price: { input: 0.25, output: 2 },
        concurrency: 1,
      },
      local: {
        model: lmstudio('local-1', { baseURL }),
        goodAt: ['code', 'test', 'document'],
        concurrency: 2,
      },
    },
  };
}
