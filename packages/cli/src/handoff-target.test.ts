import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pass } from 'node:timers/promises';
import { createNode, createOverseer, memory, type NodeChange } from '@overseer/core';
import { answerHandoff, handoffTarget, refuseHandoff } from '@overseer/storage/handoff';
import {
  fileSink,
  openPackage,
  packageFile,
  type Receipt,
  type Refusal,
} from '@overseer/storage/package';
import { sqlite } from '@overseer/storage/sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { receiver, sender } from './handoff.fixture.ts';
import { team } from './moving.fixture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'overseer-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('a target of a node', { tags: ['slow'], timeout: 60_000 }, () => {
  it('R8: takes what an operator sends; a refusal brings it back, a receipt ends it, without a person', async () => {
    const answers = new Map<string, Receipt | Refusal>();
    const path = (project: string): string => join(folder, `${project}.ovpkg`);
    const target = handoffTarget({
      key: receiver.public,
      sink: (project) => fileSink(path(project)),
      sign: sender.secret,
      answer: async (project) => answers.get(project),
      secrets: () => ({ API_KEY: 'k' }),
    });
    const store = memory({ leaseMs: 60_000 });
    const changes: NodeChange[] = [];
    const onChange = (change: NodeChange): void => void changes.push(change);
    await using node = await createNode({ store, name: 'one', team, target, onChange, pollMs: 50 });
    const overseer = await node.lead('p1');
    const run = overseer.run({ tasks: [{ instruction: 'do it' }] });
    await run.result;
    const there = await sqlite(join(folder, 'there.db'))();
    const answer = async (): Promise<void> => {
      const how = { store: there, secret: receiver.secret, team: team(), from: [sender.public] };
      const given = await answerHandoff(packageFile(path('p1')), how);
      answers.set('p1', given.kind === 'accepted' ? given.receipt : given.refusal);
    };

    await node.handOver('p1', { to: 'elsewhere', because: 'moving' });
    const opened = await openPackage(packageFile(path('p1')), { secret: receiver.secret });
    expect(opened.manifest.about).toMatchObject({ because: 'moving', secrets: { API_KEY: 'k' } });
    const { handoff } = opened.manifest.about as { readonly handoff: string };
    const what = { handoff, code: 'handoff.unfit', because: 'no room' };
    answers.set('p1', await refuseHandoff(what, { store: there, secret: receiver.secret }));
    await vi.waitUntil(() => node.overseers.has('p1'), { timeout: 20_000, interval: 50 });

    await node.handOver('p1', { to: 'elsewhere', because: 'moving, again' });
    await pass(100);
    // What was answered before is no answer to this.
    await answer();
    const reader = await store();
    const closed = async (): Promise<boolean> =>
      (await reader.events.read({ stream: 'handoff/p1', after: 0, limit: 100 })).some(
        ({ type }) => type === 'handoff.closed',
      );
    await vi.waitUntil(closed, { timeout: 20_000, interval: 50 });
    await reader.close();
    expect(node.overseers.has('p1')).toBe(false);
    expect(changes.filter(({ kind }) => kind === 'trouble')).toEqual([]);
    await there.close();
    const options = { ...team(), store: sqlite(join(folder, 'there.db')), project: 'p1' };
    await using next = await createOverseer(options);
    expect((await next.open(run.id).result).status).toBe('completed');
  });
});
