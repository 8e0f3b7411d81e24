import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import type { Json } from '../spec/json.ts';
import type { Part } from '../spec/message.ts';
import { fakeModel } from '../testing/fake-model.ts';
import { soundPart } from './sound-part.ts';
import { soundUsage } from './sound-usage.ts';

function deep(): Json {
  let value: Json = 1;
  for (let level = 0; level < 50_000; level++) value = { a: value };
  return value;
}

const SOUND: readonly Part[] = [
  { type: 'text', text: 'Hi' },
  { type: 'tool-call', id: 'a', name: 'b', input: { c: [1, { d: null }] }, raw: '…' },
  { type: 'custom', kind: 'x.y', data: { a: 1 } },
];

it.each(SOUND)('M9: a part of type $type goes on as it is', (part) => {
  expect(soundPart(part, 'x/m')).toBe(part);
});

it('M9 M18: a tool call keeps what came with it, when its arguments are too deep', () => {
  const meta = { google: { signature: 's' } };
  const call: Part = { type: 'tool-call', id: 'a', name: 'b', raw: '{', input: deep(), meta };
  const invalid = expect.stringContaining('levels deep');
  expect(soundPart(call, 'x/m')).toEqual({ ...call, input: '{', invalid });
});

it.each<readonly [string, object]>([
  ['an id that is no text', { type: 'tool-call', id: { x: 1 }, name: 'b', input: {} }],
  ['a name that is no text', { type: 'tool-call', id: 'a', name: 5, input: {} }],
  ['marks without end', { type: 'tool-call', id: 'a', name: 'b', input: {}, meta: { x: deep() } }],
  ['data without end', { type: 'custom', kind: 'x.y', data: deep() }],
])('M9 M18: %s is told as what no such server sends', (_, part) => {
  expect(() => soundPart(part as Part, 'x/m')).toThrow(
    expect.objectContaining({ kind: 'protocol', message: expect.stringContaining('x/m: ') }),
  );
});

it("M9: a server's own account that is too deep is left out", () => {
  const usage = { input: { total: 5 }, output: { total: 2 }, raw: { a: deep() } };
  expect(soundUsage(usage)).toEqual({ input: { total: 5 }, output: { total: 2 } });
});

it('M9 R9: a model that nests its arguments without end is told so, and the task goes on', async () => {
  const usage = { input: { total: 5 }, output: { total: 2 } };
  const model = fakeModel({
    reply: (_, nth) =>
      nth === 1 ? { toolCalls: [{ name: 'note', input: deep() }], usage } : { text: 'Done.' },
  });
  await using overseer = await createOverseer({ overseer: 'm', models: { m: { model } } });
  const { status, output } = await overseer.run({ tasks: [{ instruction: 'Go.' }] }).result;
  expect([status, output]).toEqual(['completed', 'Done.']);
  expect(JSON.stringify(model.requests[1])).toContain('levels deep');
});
