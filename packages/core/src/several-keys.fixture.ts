import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { ModelInfo } from './spec/model.ts';
import type { FakeClock } from './testing/fake-clock.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

/** A call as it arrived at a provider. */
export interface Arrival {
  readonly keyName: string;
  readonly at: number;
}

/** A model with several keys, and what arrived with each. */
export interface KeyedModel {
  readonly model: FakeModel;
  readonly arrivals: readonly Arrival[];
  /** The names of the keys, in the order in which they were used. */
  used(): string;
}

/** A model with keys of these names, which answers each call by its key; `nth` counts the calls with that key from 1. */
export function keyedModel(
  clock: FakeClock,
  keyNames: readonly string[],
  reply: (keyName: string, nth: number) => FakeReply | Promise<FakeReply> = () => ({
    text: 'done',
  }),
  info: Partial<ModelInfo> = {},
): KeyedModel {
  const arrivals: Arrival[] = [];
  let keyName = '';
  const model = fakeModel({
    info: {
      provider: 'acme',
      server: 'https://acme.example',
      local: false,
      keyId: `ring ${keyNames.join(' | ')}`,
      keyNames,
      ...info,
    },
    reply: () => {
      const asked = keyName;
      arrivals.push({ keyName: asked, at: clock.now() });
      return reply(asked, arrivals.filter((one) => one.keyName === asked).length);
    },
  });
  const stream: FakeModel['stream'] = async function* (request, ctx) {
    keyName = ctx.keyName ?? 'none';
    yield* model.stream(request, ctx);
  };
  return {
    model: { ...model, stream },
    arrivals,
    used: () => arrivals.map((one) => one.keyName).join(' '),
  };
}

/** All events of a run that is over. */
export async function eventsOf(run: Run): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** What was told of keys: `a down`, `a up`. */
export function keysTold(events: readonly OverseerEvent[]): readonly string[] {
  return events.flatMap((event) =>
    event.type === 'key.changed' ? [`${event.data.keyName} ${event.data.state}`] : [],
  );
}

/** So many tasks. */
export const tasks = (count: number): readonly { readonly instruction: string }[] =>
  Array.from({ length: count }, (_, nth) => ({ instruction: `Do ${nth}.` }));
