import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createOverseer, memory } from '@overseer/core';
import type { OpenStore } from '@overseer/core/spec';
import { type FakeReply, fakeModel } from '@overseer/core/testing';
import { exportStore, importStore, openPackage, packageBytes } from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, sender } from './handoff.fixture.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterAll(() => rm(folder, { recursive: true }));

const STREAM = 'project/default';
const shared = (): OpenStore => memory({ leaseMs: 60_000 });

describe('a journal that is moved while a reply waits as a message', { timeout: 60_000 }, () => {
  it.each<readonly [string, () => OpenStore]>([
    ['a store that several share', shared],
    ['a file', () => sqlite(join(folder, 'moved.db'))],
  ])('R11: brings it along into %s, where it is not paid again', async (_, place) => {
    const held = Promise.withResolvers<FakeReply>();
    const model = fakeModel({ reply: (_, nth) => (nth === 1 ? held.promise : { text: 'anew' }) });
    const options = { overseer: 'one', models: { one: { model } } } as const;
    const open = shared();
    const overseer = await createOverseer({ ...options, store: open, graceMs: 0 });
    const run = overseer.run({ tasks: [{ key: 'a', instruction: 'do a' }] });
    run.result.catch(() => undefined);
    while (model.requests.length < 1) await pass(5);
    await overseer.handOver({ because: 'maintenance', by: 'mia', waitMs: 0 });
    held.resolve({ text: 'paid once' });
    await overseer.drained();
    await overseer.close();

    const store = await open();
    const sink = bytesSink();
    await exportStore(store, sink, { sign: sender.secret });
    // An export changes nothing.
    expect(await store.mail?.read(STREAM, 10)).toMatchObject([{ kind: 'late-reply' }]);
    await store.close();
    const there = place();
    const target = await there();
    for (const _ of [1, 2])
      await importStore(await openPackage(packageBytes(sink.bytes())), target);
    expect(await target.events.head('handoff/default')).toBe(target.mail === undefined ? 1 : 0);
    await target.close();

    const next = await createOverseer({ ...options, store: there });
    const going = next.open(run.id);
    going.resume();
    expect(await going.result).toMatchObject({ status: 'completed', output: 'paid once' });
    await next.close();
    expect(model.requests).toHaveLength(1);
  });
});
