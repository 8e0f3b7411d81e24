import { describe, expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { memory } from '../journal/memory-store.ts';
import type { OpenStore } from '../spec/store.ts';
import type { Validator } from '../spec/validator.ts';
import { fakeModel } from '../testing/fake-model.ts';

const approval: Validator = {
  spec: 'validator/1',
  tier: 'person',
  validate: async (answer) => ({
    kind: 'ask',
    of: { person: 'the owner' },
    request: `May this go out? ${answer.text}`,
  }),
  conclude: async (reply) =>
    reply === 'yes' ? { kind: 'pass' } : { kind: 'fail', findings: [{ message: reply }] },
};

const tasks = [{ key: 'letter', instruction: 'Write it.', checks: [{ kind: 'approval' }] }];

function open(store: OpenStore, answers: readonly string[]) {
  const model = fakeModel({ reply: (_request, nth) => ({ text: answers[nth - 1] ?? 'more' }) });
  return createOverseer({
    overseer: 'a',
    models: { a: { model } },
    validators: { approval },
    store,
  });
}

async function questionOf(overseer: Awaited<ReturnType<typeof open>>) {
  while (true) {
    const [question] = overseer.questions();
    if (question !== undefined) return question;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

describe('a question to a person', () => {
  it('V1 K9: is answered by the host, and its refusal is repaired', async () => {
    await using overseer = await open(memory(), ['first', 'second']);
    const run = overseer.run({ tasks });
    const first = await questionOf(overseer);
    expect(first).toMatchObject({
      task: 'letter',
      person: 'the owner',
      request: 'May this go out? first',
    });
    await overseer.answer(first, 'too short', 'ada');
    const second = await questionOf(overseer);
    expect(second.request).toContain('second');
    await overseer.answer(second, 'yes', 'ada');
    expect(await run.result).toMatchObject({ status: 'completed', output: 'second' });
    const answered = [];
    for await (const event of run)
      if (event.type === 'question.answered') answered.push(event.actor);
    expect(answered).toEqual(['person:ada', 'person:ada']);
  });

  it('K9 R2: waits over the end of its process, and the answer is not asked for twice', async () => {
    const store = memory();
    const first = await open(store, ['first']);
    const run = first.run({ tasks });
    await questionOf(first);
    await first.close();
    await using second = await open(store, []);
    const again = second.open(run.id);
    const question = await questionOf(second);
    await second.answer(question, 'yes');
    again.resume();
    expect(await again.result).toMatchObject({ status: 'completed', output: 'first' });
  });

  it('X5: that nobody asks is refused with a sentence', async () => {
    await using overseer = await open(memory(), []);
    const wrong = overseer.answer({ run: 'r', task: 't', id: 'q' }, 'yes');
    await expect(wrong).rejects.toMatchObject({ code: 'question.unknown' });
  });
});
