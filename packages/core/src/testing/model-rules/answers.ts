import assert from 'node:assert/strict';
import { generate, type ModelResponse } from '../../call/generate.ts';
import type { Part } from '../../spec/message.ts';
import type { ModelEvent, ModelRequest } from '../../spec/model.ts';
import { context, GREETING, REQUEST, textOf, user } from './calling.ts';
import type { ModelRule } from './rule.ts';

/** What a good answer looks like. */
export const answerRules: readonly ModelRule[] = [
  {
    name: 'M9: an answer is text deltas, the whole text as a part, and exactly one finish at the end',
    model: 'm',
    check: async (model) => {
      const events = await allEvents(model.stream(REQUEST, context()));
      const finishes = events.filter(({ type }) => type === 'finish');
      assert.equal(finishes.length, 1, 'one finish');
      assert.equal(events.at(-1), finishes[0], 'nothing after the finish');
      const text = events
        .map((event) => (event.type === 'part' ? textOf(event.part) : ''))
        .join('');
      assert.equal(text, GREETING);
      assert.equal(deltaText(events), GREETING, 'deltas add up to the part');
    },
  },
  {
    name: 'M9: an answer carries why it stopped, which model gave it, and its usage',
    model: 'm',
    check: async (model) => {
      const response = await generate(model, REQUEST, context());
      assert.equal(response.text, GREETING);
      assert.equal(response.reason, 'stop');
      assert.equal(response.model, 'm');
      assertCounted(response);
    },
  },
  {
    name: 'L2: rate-limit headers of an answer are read',
    model: 'm',
    needs: ['rate', 'network'],
    check: async (model) => {
      const { rate } = await generate(model, REQUEST, context());
      assert.ok(rate?.requests?.limit !== undefined, 'rate.requests.limit');
      assert.ok(rate.requests.remaining !== undefined, 'rate.requests.remaining');
    },
  },
  {
    name: 'M9: usage totals include what was read from and written to a cache',
    model: 'm-cache',
    needs: 'cache',
    check: async (model) => {
      const { usage } = await generate(model, REQUEST, context());
      assert.equal(usage.input.total, 14);
      assert.equal(usage.input.cacheRead, 5);
      assert.equal(usage.output.total, 4);
    },
  },
  {
    name: 'M9: a tool call comes whole, and its result goes back under its id',
    model: 'm-tool',
    needs: 'tools',
    check: async (model) => {
      const response = await generate(model, REQUEST, context());
      assert.equal(response.reason, 'tool-calls');
      const calls = response.parts.filter((part) => part.type === 'tool-call');
      assert.equal(calls.length, 1);
      const [call] = calls;
      assert.ok(call !== undefined && call.id !== '', 'the call has an id');
      assert.equal(call.name, 'get_weather');
      assert.deepEqual(call.input, { city: 'Oslo' });
      const answer = await generate(model, withResult(response.parts, call.id), context());
      assert.equal(answer.text, GREETING);
    },
  },
  {
    name: 'M9: reasoning comes apart from the text, and before it',
    model: 'm-think',
    needs: 'reasoning',
    check: async (model) => {
      const response = await generate(model, REQUEST, context());
      assert.deepEqual(
        response.parts.map(({ type }) => type),
        ['reasoning', 'text'],
      );
      assert.equal(textOf(response.parts[0]), 'Let me think.');
      assert.equal(response.text, GREETING);
      const turn = { role: 'assistant' as const, parts: response.parts };
      const again = { ...REQUEST, messages: [...REQUEST.messages, turn, user('Go on.')] };
      assert.equal((await generate(model, again, context())).text, GREETING);
    },
  },
];

function withResult(parts: readonly Part[], id: string): ModelRequest {
  const output = { temperature: 7 };
  return {
    ...REQUEST,
    messages: [
      ...REQUEST.messages,
      { role: 'assistant', parts },
      { role: 'tool', parts: [{ type: 'tool-result', id, name: 'get_weather', output }] },
    ],
  };
}

async function allEvents(stream: AsyncIterable<ModelEvent>): Promise<readonly ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

function deltaText(events: readonly ModelEvent[]): string {
  return events
    .map((event) => (event.type === 'delta' && event.kind === 'text' ? event.text : ''))
    .join('');
}

function assertCounted({ usage }: ModelResponse): void {
  assert.ok(usage.input.total !== undefined && usage.input.total > 0, 'usage.input.total');
  assert.ok(usage.output.total !== undefined && usage.output.total > 0, 'usage.output.total');
}
