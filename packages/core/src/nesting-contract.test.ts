import { describe, expect, it } from 'vitest';
import { asModel, replying, teamOf } from './nesting.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { Model } from './spec/model.ts';
import { modelConformance } from './testing/model-conformance.ts';

describe('the contract of models', () => {
  const open: Overseer[] = [];
  const rules = modelConformance({
    create: (name) => {
      const text = 'Hello from mock.'.repeat(name === 'm-large' ? 655_360 : 1);
      const made = name === 'm-slow' ? slowModel() : replying(() => ({ text }));
      return lazily(name, async () => {
        const overseer = await teamOf(made);
        open.push(overseer);
        return asModel(overseer, { id: name });
      });
    },
    without: ['tools', 'reasoning', 'cache', 'rate'],
  });
  // What a server refuses or sends broken is no matter of a model that has no server; nor is `ctx.fetch`.
  const applying = rules.filter(
    ({ name }) => /^M9|^K6/.test(name) && !/ctx\.fetch|network cuts|holds the network/.test(name),
  );

  it('K11: has rules that apply', () => expect(applying).toHaveLength(11));

  it.each(applying)('K11 $name', async ({ check }) => {
    await check();
    for (const overseer of open.splice(0)) await overseer.close();
  });
});

/** A model whose overseer is opened by its first call. */
function lazily(id: string, make: () => Promise<Model>): Model {
  let model: Promise<Model> | undefined;
  return {
    spec: 'model/1',
    info: {
      id,
      provider: 'overseer',
      can: { tools: false, json: 'none', reasoning: false, image: false },
    },
    stream: async function* (request, ctx) {
      model ??= make();
      yield* (await model).stream(request, ctx);
    },
  };
}

function slowModel(): Model {
  return {
    ...replying(() => ({ text: '' })),
    stream: async function* (_, { signal }) {
      yield { type: 'meta', model: 'inner' };
      yield { type: 'delta', index: 0, kind: 'text', text: 'Hello' };
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      });
    },
  };
}
