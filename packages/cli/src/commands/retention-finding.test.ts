import { createOverseer, memory } from '@overseer/core';
import type { OpenStore } from '@overseer/core/spec';
import { createFakeClock, fakeModel } from '@overseer/core/testing';
import { describe, expect, it } from 'vitest';
import { retentionFindings } from './retention-finding.ts';

const DAY_MS = 86_400_000;
const models = { one: { model: fakeModel({ reply: () => ({ text: 'done' }) }) } };

async function worked(store: OpenStore, retention?: false) {
  const clock = createFakeClock();
  const said = retention === undefined ? {} : { retention };
  await using overseer = await createOverseer({ overseer: 'one', models, store, clock, ...said });
  await overseer.run({ tasks: [{ instruction: 'do it' }] }).result;
  return clock;
}

describe('what doctor says of retention', () => {
  it('R5 K9: names the rule that holds by default, the runs that are near, and what to do to keep them', async () => {
    const store = memory();
    const clock = await worked(store);
    const young = await retentionFindings(await store(), clock.now());
    expect(young).toEqual([
      {
        name: 'retention',
        state: 'good',
        found:
          'default: runs are erased 365 days after their end, by default; 0 finished runs of it within 30 days, and none before a week after that was put on record',
      },
    ]);
    clock.advance(340 * DAY_MS);
    const [old] = await retentionFindings(await store(), clock.now());
    expect(old?.found).toContain('1 finished run of it within 30 days');
    expect(old?.advice).toContain('retention: false');
  });

  it('R5: says where all is kept for ever by order', async () => {
    const store = memory();
    const clock = await worked(store, false);
    const [found] = await retentionFindings(await store(), clock.now() + 4_000 * DAY_MS);
    expect(found).toEqual({
      name: 'retention',
      state: 'good',
      found: 'default: every run is kept for ever, as its host says',
    });
  });

  it('R5 X2: says of a store that cannot erase what to do to have it erase', async () => {
    const open: OpenStore = async () => {
      const { erase: _erase, capabilities, ...store } = await memory()();
      return { ...store, capabilities: { ...capabilities, erasable: false } };
    };
    const [found] = await retentionFindings(await open(), 0);
    expect(found).toMatchObject({
      state: 'poor',
      advice: expect.stringContaining('overseer seal'),
    });
  });
});
