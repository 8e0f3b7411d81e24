import { describe, expect, it } from 'vitest';
import { StoreError } from '../errors/store-error.ts';
import { MemoryMail } from '../journal/memory-mail.ts';
import type { Mail } from '../spec/store.ts';
import { createFakeClock } from '../testing/fake-clock.ts';
import { MailRound } from './mail-round.ts';

const message = (id: string): Mail => ({ id, kind: 'note', body: id });

describe('a round of mail', () => {
  it('R7: a message that cannot be acted on is set aside after five tries, and keeps no other waiting', async () => {
    const { taken, aside, pass, left } = await roundOf((id) => {
      if (id === 'poison') throw new TypeError('no such field');
    });
    await pass(100);
    expect(taken).toContain('second');
    expect(await left()).toEqual(['poison']);
    for (let at = 0; at < 5; at++) await pass(500);
    expect(taken.filter((id) => id === 'poison')).toHaveLength(5);
    // An error's words may hold what must not be written.
    expect(aside).toEqual([['poison', 'it could not be acted on 5 times: TypeError']]);
    expect(await left()).toEqual([]);
  });

  it('R7: where the journal failed, nothing is set aside', async () => {
    const { aside, pass, left } = await roundOf(() => {
      throw new StoreError('store.fenced', 'Another one has it.');
    });
    for (let at = 0; at < 12; at++) await pass(500);
    expect(aside).toEqual([]);
    expect(await left()).toEqual(['poison', 'second']);
  });
});

async function roundOf(act: (id: string) => void) {
  const clock = createFakeClock();
  const mail = new MemoryMail();
  const aside: (readonly [string, string])[] = [];
  const taken: string[] = [];
  for (const id of ['poison', 'second']) await mail.put('s', message(id));
  const box = {
    put: (stream: string, one: Mail) => mail.put(stream, one),
    read: (stream: string, limit: number) => mail.read(stream, limit),
    remove: (stream: string, ids: readonly string[]) => mail.remove(stream, ids),
    setAside: async (stream: string, id: string, because: string) => {
      aside.push([id, because]);
      await mail.remove(stream, [id]);
    },
  };
  const round = new MailRound({
    mail: box,
    stream: 's',
    clock,
    take: async ({ id }) => {
      taken.push(id);
      act(id);
    },
    look: () => undefined,
  });
  const pass = async (ms: number): Promise<void> => {
    await clock.advance(ms);
    for (let turn = 0; turn < 20; turn++) await undefined;
  };
  const left = async () => (await mail.read('s', 9)).map(({ id }) => id);
  return { round, taken, aside, pass, left };
}
