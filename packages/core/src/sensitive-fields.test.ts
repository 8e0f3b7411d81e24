import { describe, expect, it } from 'vitest';
import { createOverseer } from './create-overseer.ts';
import { memory } from './journal/memory-store.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { OpenStore } from './spec/store.ts';
import type { Tool } from './spec/tool.ts';
import { callerOf, tasksOf, teamOf, toolThat } from './tool-calls.fixture.ts';

const KEYS = { current: 'new', keys: { new: Buffer.alloc(32, 1) } };
const PAYEE: Tool['input'] = {
  jsonSchema: {
    type: 'object',
    properties: { payee: { properties: { name: { type: 'string', sensitive: true } } } },
  },
  parse: (value: unknown) => ({ ok: true, value }) as const,
};

describe('a sensitive field', () => {
  it('X2: fields of any name are those of what is said, and never what an event is made of', async () => {
    const store = memory();
    const seen: unknown[] = [];
    const input = { name: 'Ada Byron', type: 'visa', user: 'countess', text: 'a poem', to: 'Bern' };
    await using overseer = await createOverseer({
      ...teamOf(callerOf('pay', 1, input), ['pay']),
      tools: {
        pay: toolThat(
          async (given) => {
            seen.push(given);
            return { id: 'receipt-1', text: 'said so', total: 5 };
          },
          { effect: 'idempotent' },
        ),
      },
      store,
      sensitive: { keys: KEYS, fields: ['name', 'type', 'user', 'text', 'id', 'total', 'reason'] },
    });
    const run = overseer.run(tasksOf(1), { user: 'ada' });
    expect(await run.result).toMatchObject({ status: 'completed' });
    expect(seen).toEqual([input]);
    const raw = await stored(store);
    for (const secret of ['Ada Byron', 'visa', 'countess', 'a poem', 'receipt-1', 'said so']) {
      expect(JSON.stringify(raw)).not.toContain(secret);
    }
    const ofType = (type: string) => raw.find((event) => event.type === type)?.data;
    expect(ofType('run.started')).toMatchObject({ user: 'ada' });
    expect(ofType('tool.started')).toMatchObject({ name: 'pay', input: { to: 'Bern' } });
    expect(ofType('call.finished')).toMatchObject({
      reason: 'tool-calls',
      parts: [{ type: 'tool-call', name: 'pay' }],
      usage: { input: { total: expect.any(Number) } },
    });
    const calls = [];
    for await (const one of overseer.audit()) calls.push(one);
    expect(calls).toMatchObject([{ tool: 'pay', input: { name: '[sealed]', to: 'Bern' } }]);
  });

  it('X2: fields are sealed below names that events have too', async () => {
    const store = memory();
    const input = { pin: '0451', checks: { pin: '0452' }, step: { tool: 'x', pin: '0453' } };
    const seen: unknown[] = [];
    await using overseer = await createOverseer({
      ...teamOf(callerOf('pay', 1, input), ['pay']),
      tools: {
        pay: toolThat(async (given) => {
          seen.push(given);
          return null;
        }),
      },
      store,
      sensitive: { keys: KEYS, fields: ['pin'] },
    });
    await overseer.run(tasksOf(1)).result;
    expect(seen).toEqual([input]);
    expect(JSON.stringify(await stored(store))).not.toMatch(/"045[123]"/);
  });

  it('X2: what was sealed and comes again in a field that is called name is sealed there too', async () => {
    const store = memory();
    await using overseer = await createOverseer({
      ...teamOf(callerOf('pay', 1, { payee: { name: 'Ada Byron' }, name: 'Ada Byron' }), ['pay']),
      tools: { pay: toolThat(async () => 'paid', { input: PAYEE }) },
      store,
      sensitive: { keys: KEYS },
    });
    await overseer.run(tasksOf(1)).result;
    expect(JSON.stringify(await stored(store))).not.toContain('Ada Byron');
  });
});

async function stored(open: OpenStore): Promise<readonly OverseerEvent[]> {
  const store = await open();
  const events = await store.events.read({ stream: 'project/default', after: 0, limit: 1_000 });
  await store.close();
  return events;
}
