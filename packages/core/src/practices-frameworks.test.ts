import { describe, expect, it } from 'vitest';
import { createCustodian } from './create-custodian.ts';
import { createOverseer } from './create-overseer.ts';
import {
  eventsOfType,
  framework,
  livingJournal,
  strict,
  tasksOf,
  teamOfOne,
} from './practices.fixture.ts';
import { fakeModel } from './testing/fake-model.ts';

const roles = {
  drafter: { text: 'You draft.', framework: 'short' },
  writer: { text: 'You write.' },
};
const frameworks = { short: framework('brief') };

/** Five tasks, each refused once for the same. */
const refusedFive = (finding: string): readonly string[] =>
  Array.from({ length: 5 }, () => [`bad: ${finding}`, 'good']).flat();

describe('practices by framework', () => {
  it('M16: a record is kept for each framework beside that of all prompts, and prompts are told their own', async () => {
    const store = await livingJournal();
    const answers: string[] = [];
    const { model, open } = teamOfOne(store, answers, { roles, frameworks });
    await using overseer = await open();
    const told = async (role: string): Promise<string> => {
      await overseer.run(tasksOf(1, { role })).result;
      return JSON.stringify(model.requests.at(-1)?.messages);
    };
    answers.push(...refusedFive('no title'));
    for (let nth = 0; nth < 5; nth++) await overseer.run(tasksOf(1, { role: 'drafter' })).result;
    answers.push(...refusedFive('no end'));
    for (let nth = 0; nth < 5; nth++) await overseer.run(tasksOf(1, { role: 'writer' })).result;
    expect(
      overseer
        .practices()
        .map(({ kind, framework: by, attempts, findings }) => [
          ...[kind, by, attempts],
          ...findings.map(({ pattern, times, repairedBySame }) => [pattern, times, repairedBySame]),
        ]),
    ).toEqual([
      ['write', undefined, 20, ['bad: no end', 5, 5], ['bad: no title', 5, 5]],
      ['write', 'brief', 10, ['bad: no title', 5, 5]],
    ]);
    await overseer.notePractice({ model: 'a', framework: 'short', note: 'Two lines.' }, 'mia');
    const drafter = await told('drafter');
    expect(drafter).toContain('- bad: no title');
    expect(drafter).not.toContain('no end');
    expect(drafter).toContain('- Two lines.');
    const writer = await told('writer');
    expect(writer).toContain('- bad: no end');
    expect(writer).toContain('- bad: no title');
    expect(writer).not.toContain('Two lines.');
    await overseer.dropPractice(
      { model: 'a', kind: 'write', framework: 'brief', pattern: 'bad: no title' },
      'mia',
    );
    expect(await told('drafter')).not.toContain('no title');
    expect(await told('writer')).toContain('- bad: no title');
  });

  it('M16: orders about a framework that nobody knows are refused, naming the nearest', async () => {
    const store = await livingJournal();
    const { open } = teamOfOne(store, [], { roles, frameworks });
    {
      await using overseer = await open();
      await overseer.run(tasksOf(1, { role: 'drafter' })).result;
      const note = overseer.notePractice({ model: 'a', framework: 'brif', note: 'x' }, 'mia');
      await expect(note).rejects.toThrow(/did you mean "brief"/);
      const drop = overseer.dropPractice({ model: 'a', framework: 'brif' }, 'mia');
      await expect(drop).rejects.toThrow(/framework "brif"; did you mean "brief"/);
      for (const wrong of ['', 5]) {
        const given = { model: 'a', framework: wrong as string, note: 'x' };
        await expect(overseer.notePractice(given, 'mia')).rejects.toMatchObject({
          code: 'config.practice',
        });
      }
    }
    await using custodian = await createCustodian({ store });
    const about = { model: 'fake/a-1', note: 'x' };
    await custodian.notePractice({ ...about, framework: 'brief' }, 'mia');
    await custodian.notePractice({ ...about, framework: 'new', isNew: true }, 'mia');
    expect((await eventsOfType(store, 'practice.noted')).map(({ data }) => data.framework)).toEqual(
      ['brief', 'new'],
    );
    await custodian.dropPractice({ model: 'fake/a-1', framework: 'new' }, 'mia');
    expect(custodian.practices().map(({ kind, framework: by }) => [kind, by])).toEqual([
      ['*', 'brief'],
      ['write', undefined],
      ['write', 'brief'],
    ]);
  });

  it('M14 M16: the model that does better with the framework of a role gets its tasks', async () => {
    const isBrief = (messages: unknown): boolean => JSON.stringify(messages).includes('(brief)');
    const team = (id: string, isGood: (brief: boolean) => boolean) =>
      fakeModel({
        id,
        reply: ({ messages }) => ({ text: isGood(isBrief(messages)) ? 'good' : 'bad: it' }),
      });
    const store = await livingJournal();
    const long = { text: 'You write much.', framework: 'long' };
    await using overseer = await createOverseer({
      ...{ overseer: 'boss', validators: { strict }, store, maxAttempts: 1 },
      roles: { ...roles, writer: long },
      frameworks: { ...frameworks, long: framework('long') },
      models: {
        boss: { model: fakeModel({ id: 'boss', reply: () => ({ text: 'good' }) }) },
        p: { model: team('p', (brief) => brief) },
        q: { model: team('q', (brief) => !brief) },
      },
      routing: { mode: 'score' },
    });
    for (const model of ['p', 'q']) {
      for (const role of ['drafter', 'writer']) {
        await overseer.run(tasksOf(12, { model, role })).result;
      }
    }
    for (const role of ['drafter', 'writer']) await overseer.run(tasksOf(1, { role })).result;
    const assigned = await eventsOfType(store, 'task.assigned');
    expect(assigned.slice(-2).map(({ data }) => data.model)).toEqual(['p', 'q']);
  });
});
