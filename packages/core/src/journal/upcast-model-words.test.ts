import { expect, it } from 'vitest';
import type { OverseerEvent } from '../spec/event.ts';
import type { JsonObject } from '../spec/json.ts';
import { sample } from '../testing/store/bench.ts';
import { upcastEvents } from './upcast-events.ts';

function read(type: string, data: JsonObject): OverseerEvent | undefined {
  return upcastEvents([{ ...sample(1), type, v: 1, data } as unknown as OverseerEvent])[0];
}

it.each<[JsonObject, JsonObject]>([
  [
    { state: 'down', because: 'network: gone', untilAt: 9, scope: 'server' },
    {
      ...{ connection: 'disconnected', work: 'error' },
      ...{ because: 'network: gone', untilAt: 9, scope: 'server' },
    },
  ],
  [
    { state: 'down', because: 'auth: no', scope: 'key' },
    { connection: 'connected', work: 'error', because: 'auth: no', scope: 'key' },
  ],
  [
    { state: 'up', because: 'it answers again' },
    { connection: 'connected', work: 'idle', because: 'it answers again' },
  ],
])('M2 Q6: a model that was said to be up or down is read in the words of now', (old, now) => {
  expect(read('model.changed', old)).toMatchObject({ v: 2, data: now });
});

it('M2 Q6: so are models that were looked at when a project was taken over', () => {
  const connections = [
    { model: 'a', state: 'reached' },
    { model: 'b', state: 'unreachable', why: 'gone' },
    { model: 'c', state: 'unknown' },
  ];
  const rest = { by: 'x', trigger: 'failure', head: 3, awaited: [] };
  expect(read('handoff.accepted', { ...rest, connections })).toMatchObject({
    v: 2,
    data: {
      ...rest,
      connections: [
        { model: 'a', connection: 'connected' },
        { model: 'b', connection: 'disconnected', why: 'gone' },
        { model: 'c' },
      ],
    },
  });
});
