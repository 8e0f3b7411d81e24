import { createOverseer, eraseLeft, memory, type OverseerOptions } from '@overseer/core';
import type { OpenStore, OverseerEvent, StateStore } from '@overseer/core/spec';
import { environmentKeys, newMasterKey } from '@overseer/storage/at-rest';
import {
  acceptHandoff,
  awayOf,
  closeHandoff,
  handOffTo,
  lateReplies,
  recallHandoff,
} from '@overseer/storage/handoff';
import { openPackage, packageBytes } from '@overseer/storage/package';
import { sqlite, verifyFile } from '@overseer/storage/sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bytesSink, receiver, sender } from './handoff.fixture.ts';
import { inACall, leaving, opened, teamOf, testFolder } from './leaving.fixture.ts';
import { codeOf } from './moving.fixture.ts';
import { overseer as command } from './scene.fixture.ts';

const folder = testFolder(beforeAll, afterAll);

/** Ada's run in a store, whose project left while its call was under way, and the reply that came afterwards. */
async function leftInACall(open: OpenStore) {
  const tasks = [{ instruction: 'Write to Ada.' }];
  const going = await inACall({ open, tasks, run: { user: 'ada' } });
  const left = await leaving(going, { text: 'Dear Ada, late' });
  expect(await lateReplies(left.store, 'default')).toHaveLength(1);
  return left;
}

describe('a late reply that is kept beside its project', { timeout: 60_000 }, () => {
  it.each([
    ['a file', undefined],
    ['a store that several share', 6_000],
  ])(
    'X3 R8: is exported with the person whose run it is of, and goes with that run: %s',
    async (_name, leaseMs) => {
      const open = memory(leaseMs === undefined ? {} : { leaseMs });
      const { run, store } = await leftInACall(open);
      await recallHandoff({ store, because: 'nobody took it', by: 'mia' });
      await using overseer = await createOverseer({
        ...teamOf(() => ({ text: 'x' })).options,
        store: open,
      });
      const taken = overseer.open(run.id);
      taken.resume();
      expect(await taken.result).toMatchObject({ output: 'Dear Ada, late' });
      const exported = [];
      for await (const event of overseer.exportUser('ada')) exported.push(event);
      expect(exported.filter(({ type }) => type === 'handoff.reply')).toHaveLength(1);
      await overseer.eraseUser('ada', { by: 'mia', because: 'she asked' });
      expect(JSON.stringify(await everything(store))).not.toContain('Dear Ada');
      const kept = (await everything(store)).filter((one) => one.stream === 'handoff/default');
      expect(kept.filter((one) => one.run === run.id).map(({ type }) => type)).toEqual([
        'event.erased',
      ]);
      await store.close();
    },
  );
});

describe('what a store still has of a project that left it', { timeout: 60_000 }, () => {
  it('X3 R8: is erased by order once there is a receipt, stays away, and can come back', async () => {
    const key = newMasterKey('first');
    process.env['OVERSEER_KEYS'] = key;
    const path = folder.newPath('db');
    const encryption = { keys: environmentKeys() };
    const open = sqlite(path, { encryption });
    const { store, bytes } = await leftInACall(open);
    expect(await codeOf(eraseLeft(store, 'default', { user: 'ada' }))).toBe('project.away');

    const openTarget = sqlite(folder.newPath('db'), { encryption });
    const own = teamOf(() => ({ text: 'Dear Ada' }));
    const target = await openTarget();
    const how = { store: target, secret: receiver.secret, team: own.options };
    const { receipt } = await acceptHandoff(await opened(bytes), how);
    await closeHandoff(receipt, { store });
    await store.close();

    const env = { OVERSEER_KEYS: key };
    const order = ['--by', 'mia', '--because', 'she asked', '--journal', path];
    const first = await command({ folder: folder.path }, ['erase', '--user', 'ada', ...order], env);
    expect(first.out).toContain('Erased: what 1 run of ada');
    const again = await command({ folder: folder.path }, ['erase', '--user', 'ada', ...order], env);
    expect(again.out).toContain('Erased: what 0 runs of ada');
    const left = await open();
    const events = await everything(left);
    expect(JSON.stringify(events)).not.toContain('Ada');
    expect(events.filter(({ type }) => type === 'run.erased')).toMatchObject([
      { stream: 'handoff/default', actor: 'person:mia', data: { because: 'she asked' } },
    ]);
    expect(await awayOf(left, 'default')).toMatchObject({ receiver: receiver.public });
    expect((await verifyFile(path, encryption)).isSound).toBe(true);

    // Its owner hands it back, and what was erased here is no other history.
    const back = bytesSink();
    await handOffTo(sender.public, back, { store: target, sign: receiver.secret });
    const returned = await openPackage(packageBytes(back.bytes()), {
      secret: sender.secret,
      from: [receiver.public],
    });
    await acceptHandoff(returned, { store: left, secret: sender.secret, team: own.options });
    expect(JSON.stringify(await everything(left))).not.toContain('Write to Ada');
    const options: OverseerOptions = { ...own.options, store: open };
    await left.close();
    await using overseer = await createOverseer(options);
    expect(await overseer.run({ tasks: [{ instruction: 'Go on.' }] }).result).toMatchObject({
      status: 'completed',
    });
    await target.close();
  });
});

async function everything({ events }: StateStore): Promise<readonly OverseerEvent[]> {
  const all: OverseerEvent[] = [];
  for (const stream of await events.streams()) {
    all.push(...(await events.read({ stream, after: 0, limit: 1_000 })));
  }
  return all;
}
