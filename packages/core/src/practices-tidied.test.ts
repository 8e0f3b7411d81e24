import { describe, expect, it } from 'vitest';
import { createCustodian } from './create-custodian.ts';
import { createOverseer } from './create-overseer.ts';
import { lookAtPractices } from './look-at-practices.ts';
import { eventsOfType, livingJournal, strict, tasksOf, teamOfOne } from './practices.fixture.ts';
import { createFakeClock } from './testing/fake-clock.ts';
import { fakeModel } from './testing/fake-model.ts';

const DAY_MS = 86_400_000;

describe('tidying practices', () => {
  it('M16: is done by itself before a run, once it is due, is on record, and is not done again after a restart', async () => {
    const [store, clock] = [await livingJournal(), createFakeClock()];
    const { open, model } = teamOfOne(store, ['bad: no title', 'bad: no title', 'bad: no title'], {
      clock,
    });
    const first = await open();
    await first.run(tasksOf(1)).result;
    await first.run(tasksOf(12)).result;
    const isTold = (): boolean =>
      JSON.stringify(model.requests.at(-1)?.messages).includes('no title');
    expect(isTold()).toBe(true);
    await first.notePractice({ model: 'a', kind: 'write', note: 'Be brief.' }, 'mia');
    clock.advance(DAY_MS);
    await first.run(tasksOf(1)).result;
    expect(await eventsOfType(store, 'practice.tidied')).toEqual([]);
    clock.advance(89 * DAY_MS);
    const run = first.run(tasksOf(1));
    await run.result;
    const [tidied, ...more] = await eventsOfType(store, 'practice.tidied');
    expect(more).toEqual([]);
    expect(tidied).toMatchObject({
      actor: 'overseer',
      data: {
        by: 'overseer',
        because: 'let go of 1 finding in 1 record',
        changes: [
          {
            action: 'let-go',
            model: 'fake/a-1',
            kind: 'write',
            pattern: 'bad: no title',
            because: 'it did not come for 90 days, in 14 attempts',
          },
        ],
        left: 0,
      },
    });
    const assigned = (await eventsOfType(store, 'task.assigned')).find((one) => one.run === run.id);
    expect(tidied?.seq).toBeLessThan(assigned?.seq ?? 0);
    expect(isTold()).toBe(false);
    expect(first.practices()).toMatchObject([
      {
        findings: [],
        retired: [{ pattern: 'bad: no title', times: 3 }],
        notes: [{ note: 'Be brief.' }],
      },
    ]);
    await first.close();
    await using second = await open();
    await second.run(tasksOf(1)).result;
    clock.advance(2 * DAY_MS);
    await second.run(tasksOf(1)).result;
    expect(await eventsOfType(store, 'practice.tidied')).toHaveLength(1);
    expect(await lookAtPractices(store)).toEqual(second.practices());
    expect(second.practices()[0]?.findings).toEqual([]);
  });

  it('M16: a fault that comes again is told at once, as often as it came before', async () => {
    const [store, clock] = [await livingJournal(), createFakeClock()];
    const answers = ['bad: x', 'bad: x', 'bad: x'];
    const { open, model } = teamOfOne(store, answers, { clock });
    await using overseer = await open();
    await overseer.run(tasksOf(14)).result;
    clock.advance(90 * DAY_MS);
    await overseer.run(tasksOf(1)).result;
    expect(overseer.practices()).toMatchObject([{ findings: [], retired: [{ times: 3 }] }]);
    answers.push('bad: X.');
    await overseer.run(tasksOf(1)).result;
    expect(overseer.practices()).toMatchObject([{ findings: [{ pattern: 'bad: x', times: 4 }] }]);
    await overseer.run(tasksOf(1)).result;
    expect(JSON.stringify(model.requests.at(-1)?.messages)).toContain('- bad: x');
  });

  it('M16: is done at a person’s word, who may ask first what would be done', async () => {
    const [store, clock] = [await livingJournal(), createFakeClock()];
    const { open } = teamOfOne(store, ['bad: x'], { clock, tidying: false });
    await using overseer = await open();
    await overseer.run(tasksOf(14)).result;
    clock.advance(40 * DAY_MS);
    await overseer.run(tasksOf(1)).result;
    expect(overseer.practices()).toMatchObject([{ findings: [{ repairedBySame: 1 }] }]);
    const told = overseer.practices();
    const dryRun = await overseer.tidyPractices('mia', { dryRun: true, forgetAfter: '30d' });
    expect(overseer.practices()).toEqual(told);
    expect(await eventsOfType(store, 'practice.tidied')).toEqual([]);
    const tidied = await overseer.tidyPractices('mia', { forgetAfter: '30d' });
    expect(tidied).toEqual(dryRun);
    expect(tidied).toMatchObject({
      because: 'let go of 1 finding in 1 record',
      changes: [{ because: 'it did not come for 40 days, in 15 attempts' }],
      costliest: [{ model: 'fake/a-1', kind: 'write', pattern: 'bad: x', times: 1 }],
    });
    expect(overseer.practices()).toMatchObject([
      { findings: [], retired: [{ pattern: 'bad: x' }] },
    ]);
    await overseer.dropPractice({ model: 'a', kind: 'write', pattern: 'bad: x' }, 'mia');
    expect(overseer.practices()).toMatchObject([{ findings: [], dropped: ['bad: x'] }]);
    expect(overseer.practices()[0]).not.toHaveProperty('retired');
  });

  it('M16: models that are gone and have a successor go into the past, where they can still be read, exported and imported', async () => {
    const [store, clock] = [await livingJournal(), createFakeClock()];
    const old = teamOfOne(store, [], { clock });
    {
      await using first = await old.open();
      await first.run(tasksOf(12)).result;
    }
    clock.advance(31 * DAY_MS);
    const next = fakeModel({ id: 'a-2', reply: () => ({ text: 'good' }) });
    const options = {
      overseer: 'a',
      models: { a: { model: next } },
      validators: { strict },
    } as const;
    await using second = await createOverseer({ ...options, store, clock });
    await second.run(tasksOf(12)).result;
    expect(second.practices().every(({ pastSince }) => pastSince === undefined)).toBe(true);
    clock.advance(DAY_MS);
    await second.run(tasksOf(1)).result;
    const [gone, present] = second.practices();
    expect(gone).toMatchObject({ model: 'fake/a-1', attempts: 12, pastSince: clock.now() });
    expect(present).toMatchObject({ model: 'fake/a-2', attempts: 13 });
    expect(present).not.toHaveProperty('pastSince');
    const elsewhere = await livingJournal();
    await using custodian = await createCustodian({ store: elsewhere, clock });
    await custodian.importPractices(JSON.parse(JSON.stringify(second.practices())), 'ann');
    expect(custodian.practices()).toEqual(second.practices());
  });

  it('M16 R9: a custodian tidies too, without a team to tell who is gone, and wrong orders and options are refused', async () => {
    const [store, clock] = [await livingJournal(), createFakeClock()];
    const { open } = teamOfOne(store, ['bad: x'], { clock });
    await (async () => {
      await using overseer = await open();
      await overseer.run(tasksOf(14)).result;
    })();
    clock.advance(100 * DAY_MS);
    await using custodian = await createCustodian({ store, clock });
    const wrong: readonly (readonly [string, object])[] = [
      ['a', { dryrun: true }],
      ['mia', { dryRun: 1 }],
      ['mia', { forgetAfter: '9x' }],
      ['mia', { forgetAfter: 5 }],
      ['mia', { forgetAfter: Number.NaN }],
      ['', {}],
      ['overseer', {}],
    ];
    for (const [by, order] of wrong) {
      await expect(custodian.tidyPractices(by, order), JSON.stringify(order)).rejects.toMatchObject(
        {
          code: 'config.practice',
        },
      );
    }
    const asked = await custodian.tidyPractices('mia', { dryRun: true });
    expect(await eventsOfType(store, 'practice.tidied')).toEqual([]);
    expect(await custodian.tidyPractices('mia', { forgetAfter: '101d' })).toMatchObject({
      changes: [],
    });
    expect(await custodian.tidyPractices('mia')).toEqual(asked);
    expect(await eventsOfType(store, 'practice.tidied')).toMatchObject([
      {
        actor: 'person:mia',
        data: { by: 'mia', changes: [{ action: 'let-go', pattern: 'bad: x' }] },
      },
    ]);
    expect(await custodian.tidyPractices('mia')).toMatchObject({
      because: 'nothing to tidy in 1 record',
    });
    expect(await eventsOfType(store, 'practice.tidied')).toHaveLength(1);
    for (const tidying of [
      { every: 5 },
      { every: '1w' },
      { evry: '1d' },
      true,
      { forgetAfter: 0 },
    ]) {
      const options = teamOfOne(await livingJournal(), [], { tidying: tidying as never });
      await expect(options.open(), JSON.stringify(tidying)).rejects.toThrow(/tidying/);
    }
  });
});
