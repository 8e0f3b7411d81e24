import { describe, expect, it, onTestFinished } from 'vitest';
import { sensitive } from './internal/sensitive-mark.ts';
import type { SensitiveKeys } from './journal/sealed-values.ts';
import type { OverseerOptions } from './options.ts';
import type { Mail, StateStore } from './spec/store.ts';
import { LEASE_MS, sharedPlace } from './succession.fixture.ts';
import type { FakeReply } from './testing/fake-model.ts';
import { toolThat } from './tool-calls.fixture.ts';

const KEYS: SensitiveKeys = { current: 'new', keys: { new: Buffer.alloc(32, 1) } };
const KEY = 'AKIAIOSFODNN7EXAMPLE';
const CANARIES = ['Byron', 'sesame', KEY];

describe('a reply that is passed on', () => {
  it('X2 M11: waits as its event would be written, and is worked with by who has the key', async () => {
    const mail: Mail[] = [];
    const seen: unknown[] = [];
    const asked: string[] = [];
    const answer = Promise.withResolvers<FakeReply>();
    const there = sharedPlace(onTestFinished, (store) => keepingMail(store, mail));
    there.answerWith((by) => {
      asked.push(by);
      if (by === 'first') return answer.promise;
      return { text: 'It is done.' };
    });
    const pay = toolThat(
      async (input) => {
        seen.push(input);
        return 'paid';
      },
      { sensitive: ['pin'] },
    );
    const more: Partial<OverseerOptions> = {
      tools: { pay },
      roles: { worker: { text: 'Work.', tools: ['pay'] } },
      redact: true,
      sensitive: { keys: KEYS },
    };
    const first = await there.start('first', more).overseer;
    const run = first.run({
      tasks: [{ key: 'one', instruction: `Pay ${sensitive('Ada Byron')}.`, role: 'worker' }],
    });
    await there.advance(300);
    const giving = first.handOver();
    await there.advance(300);
    await giving;
    answer.resolve({
      text: `Paying Ada Byron with ${KEY}.`,
      toolCalls: [{ name: 'pay', input: { pin: 'sesame', to: 'Ada Byron' } }],
    });
    await first.drained();
    expect(mail.map(({ kind }) => kind)).toEqual(['late-reply']);
    for (const canary of CANARIES) expect(JSON.stringify(mail)).not.toContain(canary);

    const second = there.start('second', { ...more, standby: true }).overseer;
    await there.advance(LEASE_MS + 600);
    const heir = await second;
    const taken = heir.open(run.id);
    taken.resume();
    await there.advance(2_000);
    expect(await taken.result).toMatchObject({ status: 'completed', output: 'It is done.' });
    // The call that was paid for is the one that is used.
    expect(asked).toEqual(['first', 'second']);
    expect(seen).toEqual([{ pin: 'sesame', to: 'Ada Byron' }]);
    const events = JSON.stringify(await there.events());
    for (const canary of CANARIES) expect(events).not.toContain(canary);
  });
});

/** A store that remembers what messages were put into it. */
function keepingMail(store: StateStore, kept: Mail[]): StateStore {
  const { mail } = store;
  if (mail === undefined) return store;
  return {
    ...store,
    mail: {
      put: async (stream, one) => {
        kept.push(structuredClone(one));
        await mail.put(stream, one);
      },
      read: (stream, limit) => mail.read(stream, limit),
      remove: (stream, ids) => mail.remove(stream, ids),
    },
  };
}
