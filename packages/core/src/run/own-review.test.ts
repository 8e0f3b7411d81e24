import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { OWN_REVIEW } from '../route/choose-reviewer.ts';
import { cheap, dear } from '../routing.fixture.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Message } from '../spec/message.ts';
import type { ModelRequest } from '../spec/model.ts';
import { type FakeModel, fakeModel } from '../testing/fake-model.ts';
import { review } from '../validate/review.ts';

/** Says `work` to a task and passes every review. */
function helper(): FakeModel {
  return fakeModel({
    reply: (request) => ({
      text: isReview(request) ? '{"verdict":"pass","score":1,"findings":[]}' : 'work',
    }),
  });
}

it('V1: with two models that can review, nobody reviews its own work, whoever wrote it', async () => {
  const models = { a: helper(), b: helper() };
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model: models.a, goodAt: ['write', 'code'] }, b: { model: models.b } },
  });
  const tasks = Array.from({ length: 12 }, (_, nth) => ({
    instruction: `Write ${nth}.`,
    kind: nth % 2 === 0 ? 'write' : 'other',
    checks: [{ kind: 'review' }],
  }));
  const run = overseer.run({ tasks });
  expect(await run.result).toMatchObject({ status: 'completed' });
  const authors = await authorsAndReviewers(run);
  expect(authors).toHaveLength(12);
  expect(authors.filter(([author, reviewer]) => author === reviewer)).toEqual([]);
  expect(new Set(authors.map(([author]) => author))).toEqual(new Set(['a', 'b']));
});

it('V1: a model that is alone reviews itself, and choice and verdict say so', async () => {
  await using overseer = await createOverseer({
    overseer: 'a',
    models: { a: { model: helper() } },
  });
  const run = overseer.run({ tasks: [{ instruction: 'x', checks: [{ kind: 'review' }] }] });
  expect(await run.result).toMatchObject({ status: 'completed', output: 'work' });
  const events = await eventsOf(run);
  const review = events.find((event) => event.type === 'task.assigned' && isChild(event));
  expect(review?.data).toMatchObject({ because: expect.stringContaining(OWN_REVIEW) });
  const verdicts = events.flatMap((event) =>
    event.type === 'verdict.given' && event.data.validator === 'review' ? [event.data.verdict] : [],
  );
  expect(verdicts).toEqual([
    { kind: 'pass', score: 1, evidence: expect.stringMatching(`^${OWN_REVIEW}; {"verdict"`) },
  ]);
});

it('V1 M14: whoever reviews in place of an author that plays the role alone is chosen as for any other task', async () => {
  await using overseer = await createOverseer({
    overseer: 'boss',
    models: {
      boss: { model: helper(), price: dear },
      poet: { model: helper(), role: 'poet', goodAt: ['write'] },
      first: { model: helper(), role: 'reviewer', goodAt: ['sums'], price: dear },
      cheap: { model: helper(), role: 'reviewer', goodAt: ['sums'], price: cheap },
    },
    roles: { poet: { text: 'You write poems.' } },
    validators: { byPoets: review({ role: 'poet' }) },
    routing: { mode: 'cascade' },
  });
  const run = overseer.run({
    tasks: [{ instruction: 'Write.', kind: 'write', checks: [{ kind: 'byPoets' }] }],
  });
  expect(await run.result).toMatchObject({ status: 'completed' });
  expect(await authorsAndReviewers(run)).toEqual([['poet', 'cheap']]);
});

function isReview(request: ModelRequest): boolean {
  const says = (message: Message): boolean =>
    message.parts.some((part) => part.type === 'text' && part.text.includes('Review of'));
  return request.messages.some((message) => message.role === 'user' && says(message));
}

function isChild({ task }: OverseerEvent): boolean {
  return task?.includes('/review-') === true;
}

async function eventsOf(run: AsyncIterable<OverseerEvent>): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}

/** Who did each task, and who reviewed it. */
async function authorsAndReviewers(
  run: AsyncIterable<OverseerEvent>,
): Promise<readonly (readonly [string | undefined, string | undefined])[]> {
  const assigned = (await eventsOf(run)).filter(({ type }) => type === 'task.assigned');
  return assigned
    .filter(isChild)
    .map(({ task, model }) => [
      assigned.find((other) => other.task === task?.split('/')[0])?.model,
      model,
    ]);
}
