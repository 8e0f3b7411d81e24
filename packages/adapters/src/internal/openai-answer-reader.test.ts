import type { ModelEvent } from '@overseer/core/spec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CheckModel, OpenAiAnswerReader } from './openai-answer-reader.ts';

const FROM = { where: 'test/m', headers: new Headers() };

function read(data: readonly string[], check?: CheckModel): readonly ModelEvent[] {
  const seen: ModelEvent[] = [];
  const reader = new OpenAiAnswerReader(FROM, { event: (event) => seen.push(event) }, check);
  for (const one of data) reader.event(one, '');
  reader.end();
  return seen;
}

function chunk(delta: object, finish: string | null = null, model = 'm'): string {
  return JSON.stringify({ id: 'c', model, choices: [{ delta, finish_reason: finish }] });
}

describe("the reader of OpenAI's answers", () => {
  it('M9: gives every text as it was sent, parsed or not, and the whole of them', () => {
    const texts = fc.array(
      fc.oneof(fc.string({ minLength: 1 }), fc.constantFrom('é', '😀', '"', '\\', '\n', '"}')),
    );
    fc.assert(
      fc.property(texts, (said) => {
        const events = read([
          ...said.map((content) => chunk({ content })),
          chunk({}, 'stop'),
          '[DONE]',
        ]);
        const deltas = events.flatMap((event) => (event.type === 'delta' ? [event.text] : []));
        const parts = events.flatMap((event) => (event.type === 'part' ? [event.part] : []));
        expect(deltas).toEqual(said);
        expect(parts).toEqual(said.length === 0 ? [] : [{ type: 'text', text: said.join('') }]);
      }),
    );
  });

  it('M9: says that the answer is whole at [DONE], and not before', () => {
    const reader = new OpenAiAnswerReader(FROM, { event: () => undefined });
    const said = [chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({}, 'stop'), '[DONE]'];
    expect(said.map((data) => reader.event(data, ''))).toEqual([false, false, false, true]);
  });

  it('M5: looks once at the model that answers, and warns of another', () => {
    const asked: string[] = [];
    const warning = { kind: 'adjusted' as const, what: 'model', detail: 'another answered' };
    const check: CheckModel = (model) => {
      asked.push(model);
      return [warning];
    };
    const events = read(
      [chunk({ content: 'a' }), chunk({ content: 'b' }), chunk({}, 'stop')],
      check,
    );
    expect(asked).toEqual(['m']);
    expect(events.slice(0, 3)).toMatchObject([
      { type: 'meta', model: 'm' },
      { type: 'delta', text: 'a' },
      { type: 'meta', warnings: [warning] },
    ]);
    expect(read([chunk({}, 'stop')], () => []).map(({ type }) => type)).toEqual(['meta', 'finish']);
  });

  it('M18: passes over pings and empty events, which say nothing of the model', () => {
    const seen: ModelEvent[] = [];
    const reader = new OpenAiAnswerReader(FROM, { event: (event) => seen.push(event) });
    expect(reader.event('', '')).toBe(false);
    expect(reader.event('{"type":"ping"}', 'ping')).toBe(false);
    expect(seen).toEqual([]);
    reader.event(chunk({ content: 'a' }), '');
    expect(seen[0]).toMatchObject({ type: 'meta', model: 'm', responseId: 'c' });
  });
});
