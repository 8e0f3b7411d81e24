import { describe, expect, it } from 'vitest';
import type { ModelInfo } from '../spec/model.ts';
import type { Role } from '../spec/plugin.ts';
import { staticPart } from './static-part.ts';

const role: Role = { text: 'You write.' };

function modelOf(id: string): ModelInfo {
  return {
    id,
    provider: 'local',
    can: { tools: true, json: 'schema', reasoning: false, image: false },
  };
}

function partOf(model: ModelInfo, hasData = false): ReturnType<typeof staticPart> {
  return staticPart({ roleName: 'writer', role, framework: undefined, tools: [], model }, hasData);
}

describe('staticPart', () => {
  it('M1 P1: is built once for each model, however many there are in a role', () => {
    const models = Array.from({ length: 80 }, (_, at) => modelOf(`m${at}`));
    const first = models.map((model) => partOf(model));
    expect(models.map((model) => partOf(model)).every((part, at) => part === first[at])).toBe(true);
    expect(first.map(({ message }) => message)).toEqual(models.map(() => first[0]?.message));
    expect(new Set(first).size).toBe(80);
  });

  it('M1 P1: is another one once the model is another, or the prompt has text that nobody vouches for', () => {
    const model = modelOf('small');
    const part = partOf(model);
    expect(partOf({ ...model, maxOutput: 100 }).message).not.toEqual(part.message);
    expect(partOf(model, true).message).not.toEqual(part.message);
    expect(partOf(model)).toBe(part);
  });
});
