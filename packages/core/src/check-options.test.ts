import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { ConfigError } from './errors/config-error.ts';
import type { Tool } from './spec/tool.ts';
import { fakeModel } from './testing/fake-model.ts';

const weather: Tool<unknown> = {
  spec: 'tool/1',
  description: 'Tells the weather.',
  input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
  permissions: [],
  effect: 'none',
  timeoutMs: 1_000,
  execute: async () => 'fine',
};

describe('what createOverseer is told', () => {
  it('M4: an unknown model name lists the known ones and suggests the nearest', async () => {
    const models = { planner: { model: fakeModel({ reply: () => ({ text: '' }) }) } };
    const wrong = createOverseer({ overseer: 'planer' as 'planner', models });
    await expect(wrong).rejects.toThrow(/did you mean "planner"/);
    await expect(wrong).rejects.toBeInstanceOf(ConfigError);
  });

  it('X5: a role that nobody registered is refused, and the nearest suggested', async () => {
    const model = fakeModel({ reply: () => ({ text: '' }) });
    const wrong = createOverseer({ overseer: 'a', models: { a: { model, role: 'codr' } } });
    await expect(wrong).rejects.toThrow(/the role of a: "codr"; did you mean "coder"/);
    await expect(wrong).rejects.toMatchObject({ code: 'config.unknown-role' });
    const roles = { codr: { text: 'Code.' } };
    await using right = await createOverseer({
      overseer: 'a',
      models: { a: { model, role: 'codr' }, b: { model, role: 'reviewer' } },
      roles,
    });
    expect(right.models()).toHaveLength(2);
  });

  it('M14: a hedge comes after a time or a percentile, and within bounds', async () => {
    const models = { a: { model: fakeModel({ reply: () => ({ text: '' }) }) } };
    const refused = async (hedge: object, why: RegExp): Promise<void> => {
      await expect(createOverseer({ overseer: 'a', models, routing: { hedge } })).rejects.toThrow(
        why,
      );
    };
    await refused({ afterMs: 100, percentile: 95 }, /routing\.hedge.*not both: leave one out/);
    await refused({ afterMs: 0 }, /routing\.hedge\.afterMs/);
    await refused({ percentile: 0.95 }, /routing\.hedge\.percentile/);
    await refused({ share: 5 }, /routing\.hedge\.share/);
    await refused({ most: 0.1 }, /routing\.hedge.*most/);
    await using right = await createOverseer({ overseer: 'a', models, routing: { hedge: {} } });
    expect(right.usage().filter(({ kind }) => kind === 'hedge')).toHaveLength(2);
  });

  it.each([
    ['contextWindow', { contextWindow: Number.NaN }],
    ['contextWindow', { contextWindow: -1 }],
    ['maxOutput', { maxOutput: 0 }],
    ['atOnce', { atOnce: 0.5 }],
    ['price.input', { price: { input: Number.NaN, output: 1 } }],
    ['price.cacheRead', { price: { input: 1, output: 1, cacheRead: -1 } }],
    ['can.json', { can: { tools: true, json: 'yes', reasoning: true, image: true } }],
    ['can', { can: undefined }],
  ])('M6 M18: a model whose %s cannot be is refused', async (place, facts) => {
    const { info, ...made } = fakeModel({ reply: () => ({ text: '' }) });
    const model = { ...made, info: { ...info, ...facts } } as typeof made & { info: typeof info };
    const refused = { code: 'config.invalid', message: expect.stringContaining(`.info.${place}`) };
    await expect(createOverseer({ overseer: 'a', models: { a: { model } } })).rejects.toMatchObject(
      refused,
    );
    const good = fakeModel({ reply: () => ({ text: '' }) });
    await using overseer = await createOverseer({ overseer: 'b', models: { b: { model: good } } });
    await expect(overseer.addModel('c', { model })).rejects.toMatchObject(refused);
  });

  it.each(['fs.read', 'a b', '', '2nd', 'x'.repeat(65), 'größe'])(
    'M9 T1: a tool named %j, which providers refuse, is refused',
    async (name) => {
      const models = { a: { model: fakeModel({ reply: () => ({ text: '' }) }) } };
      const wrong = createOverseer({ overseer: 'a', models, tools: { [name]: weather } });
      await expect(wrong).rejects.toMatchObject({
        code: 'config.invalid',
        message: expect.stringContaining('is none that every provider takes'),
      });
      const tools = { 'get_weather-2': weather };
      await using right = await createOverseer({ overseer: 'a', models, tools });
      expect(right.models()).toHaveLength(1);
    },
  );

  it('X5: wrong options are named one by one', async () => {
    const wrong = createOverseer({ overseer: 'a', models: { a: { modle: 1 } }, stor: 1 } as never);
    await expect(wrong).rejects.toThrow(/models\.a/);
    await expect(wrong).rejects.toThrow(/stor/);
  });
});
