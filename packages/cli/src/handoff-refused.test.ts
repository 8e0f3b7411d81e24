import { createOverseer } from '@overseer/core';
import {
  acceptHandoff,
  answerHandoff,
  closeHandoff,
  handOffTo,
  refuseHandoff,
  takeBackHandoff,
} from '@overseer/storage/handoff';
import { openPackage, packageBytes, type Refusal } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, packed, receiver, sender, stranger, workedStore } from './handoff.fixture.ts';
import { testFolder } from './leaving.fixture.ts';
import { codeOf, team } from './moving.fixture.ts';

const folder = testFolder(beforeAll, afterAll);
const newPath = (): string => folder.newPath('db');
const { secret } = receiver;
const from = [sender.public];

/** What a receiver answers to bytes. */
async function answered(
  bytes: Buffer,
  store: Awaited<ReturnType<typeof workedStore>>,
  key = secret,
) {
  const options = { store, secret: key, team: team(), from };
  const answer = await answerHandoff(packageBytes(bytes), options);
  return answer.kind === 'refused' ? answer.refusal : expect.fail('it was accepted');
}

describe('a handoff that its receiver cannot take', { timeout: 120_000 }, () => {
  it.each<readonly [string, (bytes: Buffer) => Buffer]>([
    ['package.torn', (bytes) => bytes.subarray(0, bytes.byteLength - 40)],
    ['package.damaged', (bytes) => Buffer.concat([bytes.subarray(0, -9), Buffer.alloc(9)])],
    [
      'package.newer',
      (bytes) => Buffer.concat([bytes.subarray(0, 6), Buffer.from([0, 9]), bytes.subarray(8)]),
    ],
  ])('R8: is refused for %s, and goes on at its sender without a person', async (code, broken) => {
    const path = newPath();
    const store = await workedStore(path);
    const { bytes } = await packed(store);
    const target = await sqlite(newPath())();
    const refusal = await answered(broken(bytes), target);
    expect(refusal).toMatchObject({ code, receiver: receiver.public });
    expect(await answered(broken(bytes), target)).toEqual(refusal);
    await takeBackHandoff(refusal, { store });
    const head = await store.events.head('project/default');
    await takeBackHandoff(refusal, { store });
    expect(await store.events.head('project/default')).toBe(head);

    // What was refused is not taken, not even whole.
    const opened = await openPackage(packageBytes(bytes), { secret, from });
    const taking = acceptHandoff(opened, { store: target, secret, team: team() });
    expect(await codeOf(taking)).toBe('handoff.refused-here');
    await target.close();
    await store.close();
    const overseer = await createOverseer({ ...team(), store: sqlite(path) });
    const { status } = await overseer.run({ tasks: [{ instruction: 'more' }] }).result;
    expect(status).toBe('completed');
    await overseer.close();
  });

  it('R8: is refused for what the team lacks', async () => {
    const path = newPath();
    const roles = { poet: { text: 'Write in verse.' } };
    const options = { ...team(), roles, store: sqlite(path), concurrency: 0 };
    const overseer = await createOverseer(options);
    overseer.run({ tasks: [{ instruction: 'x', role: 'poet' }] }).result.catch(() => undefined);
    await overseer.close();
    const store = await sqlite(path)();
    const { bytes } = await packed(store);
    const target = await sqlite(newPath())();
    expect(await answered(bytes, target)).toMatchObject({
      code: 'handoff.unfit',
      because: expect.stringContaining('role poet'),
    });
    await target.close();
    await store.close();
  });

  it('R8: a refusal by another key counts only where that key is trusted, and a forged one never', async () => {
    const store = await workedStore(newPath());
    const { bytes, sent } = await packed(store);
    const target = await sqlite(newPath())();
    const refusal = await answered(bytes, target, stranger.secret);
    expect(refusal).toMatchObject({ code: 'package.key', receiver: stranger.public });
    expect(await codeOf(takeBackHandoff(refusal, { store }))).toBe('package.receipt');
    const trust = [stranger.public];
    const forgeries: readonly Partial<Refusal>[] = [
      { receiver: receiver.public },
      { because: 'else' },
      { at: 1 },
      { handoff: 'another' },
    ];
    for (const forged of forgeries) {
      const taking = takeBackHandoff({ ...refusal, ...forged }, { store, trust });
      expect(await codeOf(taking)).toBe('package.receipt');
    }
    await takeBackHandoff(refusal, { store, trust });
    // Of this handoff, and of no later one.
    const next = await packed(store);
    expect(next.sent.handoff).not.toBe(sent.handoff);
    expect(await codeOf(takeBackHandoff(refusal, { store, trust }))).toBe('package.receipt');
    await target.close();
    await store.close();
  });

  it('R8: neither answer can be played after the other, at either side', async () => {
    const store = await workedStore(newPath());
    const { bytes, sent } = await packed(store);
    const target = await sqlite(newPath())();
    const elsewhere = await sqlite(newPath())();
    const opened = await openPackage(packageBytes(bytes), { secret, from });
    const { receipt } = await acceptHandoff(opened, { store: target, secret, team: team() });
    const what = { handoff: sent.handoff, code: 'handoff.unfit', because: 'x' };
    const refusing = refuseHandoff(what, { store: target, secret });
    expect(await codeOf(refusing)).toBe('handoff.delivered');
    // Only whoever has two stores under one key can sign both.
    const refusal = await refuseHandoff(what, { store: elsewhere, secret });
    await closeHandoff(receipt, { store });
    expect(await codeOf(takeBackHandoff(refusal, { store }))).toBe('handoff.delivered');

    const other = await workedStore(newPath());
    const second = await packed(other);
    const its = await openPackage(packageBytes(second.bytes), { secret, from });
    const taken = await acceptHandoff(its, {
      store: await sqlite(newPath())(),
      secret,
      team: team(),
    });
    const refused = await refuseHandoff(
      { ...what, handoff: second.sent.handoff },
      { store: elsewhere, secret },
    );
    await takeBackHandoff(refused, { store: other });
    expect(await codeOf(closeHandoff(taken.receipt, { store: other }))).toBe('handoff.none');
    await Promise.all([store, target, elsewhere, other].map((one) => one.close()));
  });

  it('R8: what a receipt has closed is packed once more only for a receiver that lost it', async () => {
    const store = await workedStore(newPath());
    const { bytes, sent } = await packed(store);
    const target = await sqlite(newPath())();
    const opened = await openPackage(packageBytes(bytes), { secret, from });
    const { receipt } = await acceptHandoff(opened, { store: target, secret, team: team() });
    await closeHandoff(receipt, { store });
    const noted = await store.events.head('handoff/default');
    expect(await codeOf(packed(store))).toBe('handoff.delivered');
    expect(await store.events.head('handoff/default')).toBe(noted);
    const again = await packed(store, receiver.public, { again: true });
    expect(again.sent.handoff).toBe(sent.handoff);
    await Promise.all([store, target].map((one) => one.close()));
  });

  it('R8: is not packed to its end where the receipt comes meanwhile', async () => {
    const store = await workedStore(newPath());
    const { bytes } = await packed(store);
    const target = await sqlite(newPath())();
    const opened = await openPackage(packageBytes(bytes), { secret, from });
    const { receipt } = await acceptHandoff(opened, { store: target, secret, team: team() });
    let closed: Promise<void> | undefined;
    const sink = bytesSink();
    const write = async (piece: Uint8Array): Promise<void> => {
      closed ??= closeHandoff(receipt, { store });
      await closed;
      await sink.write(piece);
    };
    const how = { store, sign: sender.secret };
    const meanwhile = handOffTo(receiver.public, { ...sink, write }, how);
    expect(await codeOf(meanwhile)).toBe('handoff.delivered');
    await Promise.all([store, target].map((one) => one.close()));
  });

  it('R8: nobody is answered who may not send, nor a file that says of no handoff', async () => {
    const store = await workedStore(newPath());
    const { bytes } = await packed(store, receiver.public, { sign: stranger.secret });
    const target = await sqlite(newPath())();
    const options = { store: target, secret, team: team(), from };
    expect(await codeOf(answerHandoff(packageBytes(bytes), options))).toBe('package.signature');
    expect(await codeOf(answerHandoff(packageBytes(bytes.subarray(0, 9)), options))).toBe(
      'package.torn',
    );
    expect(await codeOf(answerHandoff(packageBytes(Buffer.from('x')), options))).toBe(
      'package.form',
    );
    const named = refuseHandoff({ handoff: '../x', code: 'c', because: 'b' }, options);
    expect(await codeOf(named)).toBe('handoff.none');
    expect(await target.events.streams()).toEqual([]);
    await target.close();
    await store.close();
  });
});
