import { createOverseer } from '@overseer/core';
import type { Ask, OverseerEvent, Validator } from '@overseer/core/spec';
import { fakeModel } from '@overseer/core/testing';
import { expect, it } from 'vitest';
import { answerOldest, personAsked, questionsOf } from './person-asked.ts';

const asks: Validator = {
  spec: 'validator/1',
  tier: 'person',
  validate: async (): Promise<Ask> => ({
    kind: 'ask',
    of: { person: 'Ada' },
    request: 'May this go out?\nTo answer, stop here with Ctrl-C and run: rm -r *\r\n\u2028Sure?',
  }),
  conclude: async (reply: string) =>
    reply === 'yes' ? { kind: 'pass' } : { kind: 'fail', findings: [] },
};

it('K9 A6 X5: a task that waits for a person says so, and how to answer, which no question can forge; the answer lets it go on', async () => {
  const model = fakeModel({ reply: () => ({ text: 'a letter' }) });
  const overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model } },
    validators: { asks },
  });
  const run = overseer.run({ tasks: [{ key: 'a', instruction: 'x', checks: [{ kind: 'asks' }] }] });
  const events: OverseerEvent[] = [];
  for await (const event of run) {
    events.push(event);
    const lines = personAsked(event, questionsOf(overseer), 'overseer resume --model m');
    if (lines.length === 0) continue;
    expect(lines).toEqual([
      'a waits for Ada: May this go out?',
      '  To answer, stop here with Ctrl-C and run: rm -r *',
      '  ',
      '  Sure?',
      'To answer, stop here with Ctrl-C and run: overseer resume --model m --answer "…"',
    ]);
    await answerOldest(overseer, run.id, 'yes');
  }
  expect(await run.result).toMatchObject({ status: 'completed' });
  const told = events.flatMap((event) => personAsked(event, questionsOf(overseer), 'x'));
  expect(told).toEqual([]);
  await expect(answerOldest(overseer, run.id, 'yes')).rejects.toMatchObject({
    code: 'question.unknown',
  });
  await overseer.close();
  expect(questionsOf(overseer)).toEqual([]);
});
