import type { ModelRequest } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { mapAnswers } from './floor/map-answers.ts';
import { keptAnswers } from './overseer/kept-answers.ts';

const read = { name: 'read', input: { type: 'object', properties: {} } };
const write = { name: 'write', input: { properties: {}, type: 'object' } };
const request = (text: string, tools: ModelRequest['tools'] = [read, write]): ModelRequest => ({
  messages: [{ role: 'user', parts: [{ type: 'text', text }] }],
  tools: tools ?? [],
});

describe('the subjects of the bench "cache"', () => {
  it('Q3 M13: find what they kept, and nothing else', async () => {
    for (const open of [mapAnswers, () => keptAnswers({ entries: 10 })]) {
      await using answers = await open();
      answers.keep(request('one'), 'first');
      expect(answers.find(request('one'))).toBe('first');
      expect(answers.find(request('two'))).toBeUndefined();
    }
  });

  it('Q3 M13: differ in what the floor leaves out: the order of tools', async () => {
    await using floor = await mapAnswers();
    await using overseer = await keptAnswers({ entries: 10 });
    for (const answers of [floor, overseer]) answers.keep(request('one'), 'first');
    expect(floor.find(request('one', [write, read]))).toBeUndefined();
    expect(overseer.find(request('one', [write, read]))).toBe('first');
  });

  it('Q3 M13: work runs whose tasks were answered before', async () => {
    await using overseer = await keptAnswers({ entries: 10 });
    await overseer.work?.(3, 2);
  });
});
