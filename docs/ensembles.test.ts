import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { anthropic } from '@overseer/adapters/anthropic';
import { type MockRequest, startMockService } from '@overseer/adapters/mock-llm';
import { openai } from '@overseer/adapters/openai';
import { openaiCompatible } from '@overseer/adapters/openai-compatible';
import { comparisonOf, createOverseer, type OverseerOptions } from '@overseer/core';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-ensembles-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('what docs/ensembles.md tells', () => {
  it('M15: holds for models of three providers over the wire, with a journal on disk', async () => {
    await using service = await startMockService({ scenario: { models, rules } });
    const team: Pick<OverseerOptions, 'overseer' | 'models'> = {
      overseer: 'judge',
      models: {
        judge: { model: openaiCompatible('judge', { baseURL: service.url }), role: 'reviewer' },
        a: { model: openai('a', { apiKey: 'k', baseURL: `${service.url}/v1` }) },
        b: { model: anthropic('b', { apiKey: 'k', baseURL: service.url }) },
        c: { model: openaiCompatible('c', { baseURL: service.url }) },
      },
    };
    const store = sqlite(join(folder, 'journal.db'));
    const ids: string[] = [];
    {
      await using overseer = await createOverseer({ ...team, store });
      const run = overseer.run({
        tasks: (['best-of', 'vote', 'merge'] as const).map((kind) => ({
          key: kind,
          instruction: 'Say it.',
          ensemble: { kind, of: 3 },
        })),
      });
      const { status, tasks, usage } = await run.result;
      expect(status).toBe('completed');
      const ends = tasks.filter(({ key }) => !key.includes('/'));
      expect(ends.map(({ key, output, model }) => [key, output, model])).toEqual([
        ['best-of', 'said by b', 'b'],
        ['vote', 'said by b', 'b'],
        ['merge', 'merged', 'judge'],
      ]);
      for (const kind of ['best-of', 'vote', 'merge']) {
        const members = tasks.filter(({ key }) => key.startsWith(`${kind}/`));
        expect(members.map(({ model }) => model).toSorted()).toEqual(['a', 'b', 'c']);
      }
      expect(usage.calls).toBe(service.requests.length);
      const comparison = overseer.compare({ instruction: 'Say it.' }, ['a', 'b', 'c']);
      await comparison.result;
      ids.push(comparison.run.id);
    }
    await using later = await createOverseer({ ...team, store });
    const told = await comparisonOf(later.open(ids[0] ?? ''));
    expect(told.map(({ model, output }) => [model, output])).toEqual(
      ['a', 'b', 'c'].map((name) => [name, `said by ${name}`]),
    );
    for (const { usage, durationMs } of told) {
      expect(usage.inputTokens).toBeGreaterThan(0);
      expect(durationMs).toBeGreaterThan(0);
    }
  });
});

const models = ['judge', 'a', 'b', 'c'].map((id) => ({ id }));

/** The judge chooses what `b` said, wherever it stands. */
const rules = [
  {
    name: 'judge',
    when: ({ model }: MockRequest) => model === 'judge',
    reply: ({ messages }: MockRequest) => {
      const prompt = messages.map(({ text }) => text).join('\n');
      const letter = /of="answer (\w)[^>]*>\nsaid by b\n/.exec(prompt)?.[1];
      if (letter === undefined) return { text: 'I do not see it.' };
      return prompt.includes('Choose the one')
        ? { text: JSON.stringify({ choice: letter, reason: 'It is by b.' }) }
        : { text: 'merged' };
    },
  },
  { name: 'work', reply: ({ model }: MockRequest) => ({ text: `said by ${model}` }) },
];
