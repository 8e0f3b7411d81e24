import { describe, expect, it } from 'vitest';
import { anthropic } from '../anthropic/index.ts';
import { ANTHROPIC_MODELS } from '../anthropic/models.ts';
import { cohere } from '../cohere/index.ts';
import { COHERE_MODELS } from '../cohere/models.ts';
import { google } from '../google/index.ts';
import { GOOGLE_MODELS } from '../google/models.ts';
import { openai } from '../openai/index.ts';
import { OPENAI_MODELS } from '../openai/models.ts';

const lists = {
  anthropic: [ANTHROPIC_MODELS, anthropic],
  cohere: [COHERE_MODELS, cohere],
  google: [GOOGLE_MODELS, google],
  openai: [OPENAI_MODELS, openai],
} as const;

describe.each(Object.entries(lists))('what is known of the models of %s', (_, [known, create]) => {
  it('M3: says when it was so and by whom, and of each model once', () => {
    expect(known.asOf).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(Date.parse(known.asOf)).toBeLessThan(Date.now());
    expect(known.source).toMatch(/^https:\/\//);
    const ids = known.models.map(({ id }) => id);
    expect(ids.length).toBeGreaterThan(3);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('M3 M12: makes sense: answers fit the window, and reading a cache is the cheapest', () => {
    for (const { contextWindow, maxOutput, price } of known.models) {
      expect(maxOutput).toBeLessThan(contextWindow);
      if (price === undefined) continue;
      expect(price.input).toBeGreaterThan(price.cacheRead ?? 0);
      expect(price.output).toBeGreaterThan(price.input);
      expect(price.cacheWrite ?? price.output).toBeGreaterThan(price.input);
    }
  });

  it('M3: is used where the host says nothing, and nothing is guessed of other names', () => {
    const [model] = known.models.filter(({ price }) => price !== undefined);
    const id = model?.id ?? '';
    const { contextWindow, maxOutput, can, price } = create(id).info;
    expect({ id, contextWindow, maxOutput, price }).toEqual({
      id,
      contextWindow: model?.contextWindow,
      maxOutput: model?.maxOutput,
      price: model?.price,
    });
    expect(can.tools).toBe(model?.can.tools);
    const said = create(id, {
      contextWindow: 7,
      price: { input: 1, output: 2 },
      can: { tools: false },
    });
    expect(said.info).toMatchObject({
      contextWindow: 7,
      price: { input: 1, output: 2 },
      maxOutput,
    });
    expect(said.info.can).toEqual({ ...can, tools: false });
    const unknown = create(`${id}-next`).info;
    expect(unknown).not.toHaveProperty('price');
    expect(unknown).not.toHaveProperty('contextWindow');
    expect(unknown.can.tools).toBe('unknown');
  });
});
