import { expect, it } from 'vitest';
import { createOverseer } from '../create-overseer.ts';
import { type MortalDisk, mortalDisk, until } from '../mortal-disk.fixture.ts';
import type { Overseer } from '../overseer.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Tool } from '../spec/tool.ts';
import { fakeModel } from '../testing/fake-model.ts';
import type { OpenQuestion } from './questions.ts';

/** A letter box: the effect of `send` is there, whatever becomes of the process that made it. */
class Post {
  sent = 0;
  /** Whether the next call gets to its end. */
  isStuck = true;

  tool(effect: Tool['effect'] = 'once'): Tool<unknown> {
    return {
      spec: 'tool/1',
      description: 'Sends a letter.',
      input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
      permissions: [],
      effect,
      timeoutMs: 60_000,
      execute: async () => {
        this.sent += 1;
        if (this.isStuck) await new Promise<never>(() => undefined);
        return `sent ${this.sent}`;
      },
    };
  }
}

const byTool = [{ key: 'a', instruction: 'Send.', step: { tool: 'send', input: { to: 'ada' } } }];
const byModel = [{ key: 'a', instruction: 'Send.' }];

it('R2: a once tool in doubt waits for a person, and done records the output', async () => {
  const { post, overseer, run, question } = await killedInTheMiddle(byTool);
  await using _ = overseer;
  expect(question).toMatchObject({ run: run.id, task: 'a', person: 'a person' });
  expect(question.request).toBe(
    'Did send with input {"to":"ada"} happen? It was interrupted. Answer: done <output> | not done | give up',
  );
  await overseer.answer(question, 'done sent to Ada', 'eve');
  expect(await run.result).toMatchObject({ status: 'completed', output: 'sent to Ada' });
  expect(post.sent).toBe(1);
  const types = (await eventsOf(run)).map(({ type }) => type);
  expect(types.filter((type) => type === 'tool.started')).toHaveLength(1);
});

it('R2: not done has it run, once; a death in the middle of that is a new doubt', async () => {
  const { disk, post, overseer, run, question } = await killedInTheMiddle(byTool);
  await overseer.answer(question, 'not done');
  await until(() => post.sent === 2);
  await disk.kill();
  await using third = await open(disk, post);
  const again = third.open(run.id);
  again.resume();
  const second = await questionOf(third);
  expect(second.id).not.toBe(question.id);
  expect(post.sent).toBe(2);
  post.isStuck = false;
  await third.answer(second, 'not done');
  expect(await again.result).toMatchObject({ status: 'completed', output: 'sent 3' });
  expect(post.sent).toBe(3);
});

it('R2: give up ends the attempt and its task, with no other try', async () => {
  const { post, overseer, run, question } = await killedInTheMiddle(byTool);
  await using _ = overseer;
  await overseer.answer(question, 'give up');
  expect(await run.result).toMatchObject({
    status: 'failed',
    reason: 'a: a person gave up on send, which was interrupted',
  });
  expect(post.sent).toBe(1);
  const ends = (await eventsOf(run)).flatMap((event) =>
    event.type === 'attempt.ended' ? [event.data] : [],
  );
  expect(ends).toMatchObject([{ outcome: 'failed', fault: 'none', isLast: true }]);
});

it('K9: an answer that cannot be read is asked again, with the reason', async () => {
  const { overseer, run, question } = await killedInTheMiddle(byTool);
  await using _ = overseer;
  await overseer.answer(question, 'I think so');
  const again = await questionOf(overseer);
  expect(again.id).not.toBe(question.id);
  expect(again.request).toMatch(/^The answer "I think so" is none of these\. Did send with input/);
  await overseer.answer(again, 'done');
  expect(await run.result).toMatchObject({ status: 'completed', output: 'null' });
});

it('R2 K9: the question waits over restarts, and may be answered before the run goes on', async () => {
  const { disk, post, overseer, run, question } = await killedInTheMiddle(byModel);
  await overseer.close();
  await using third = await open(disk, post);
  expect(third.questions()).toEqual([question]);
  await third.answer(question, 'done "sent by hand"');
  const again = third.open(run.id);
  again.resume();
  // The second call is not in doubt: it had not begun.
  expect(await again.result).toMatchObject({ status: 'completed', output: 'the answer' });
  expect(post.sent).toBe(2);
  const outputs = (await eventsOf(again)).flatMap((event) =>
    event.type === 'tool.finished' ? [event.data.output] : [],
  );
  expect(outputs).toEqual(['sent by hand', 'sent 2']);
});

it('R2: a once tool that runs out of time is in doubt too, and is not tried again by itself', async () => {
  const post = new Post();
  await using overseer = await open(mortalDisk(), post, { ...post.tool(), timeoutMs: 5 });
  const run = overseer.run({ tasks: byTool });
  const question = await questionOf(overseer);
  expect(post.sent).toBe(1);
  await overseer.answer(question, 'not done');
  await until(() => post.sent === 2);
  const second = await questionOf(overseer);
  expect(second.id).not.toBe(question.id);
  await overseer.answer(second, 'done late');
  expect(await run.result).toMatchObject({ status: 'completed', output: 'late' });
  expect(post.sent).toBe(2);
});

it('R2: a tool that can look is not asked about where it finds out', async () => {
  const disk = mortalDisk();
  const post = new Post();
  const looks: Tool<unknown> = {
    ...post.tool('probe'),
    probe: async () => ({ kind: 'done', output: 'found' }),
  };
  await killed(disk, post, byTool, looks);
  await using second = await open(disk, post, looks);
  const run = second.open(second.unfinished()[0]?.id ?? '');
  run.resume();
  expect(await run.result).toMatchObject({ status: 'completed', output: 'found' });
});

interface Scene {
  readonly disk: MortalDisk;
  readonly post: Post;
  readonly overseer: Overseer;
  readonly run: ReturnType<Overseer['open']>;
  readonly question: OpenQuestion;
}

/** A process dies during a call of `send`; the next one goes on with the run and asks. */
async function killedInTheMiddle(tasks: typeof byModel | typeof byTool): Promise<Scene> {
  const disk = mortalDisk();
  const post = new Post();
  await killed(disk, post, tasks, post.tool());
  const overseer = await open(disk, post);
  post.isStuck = tasks === byTool;
  const run = overseer.open(overseer.unfinished()[0]?.id ?? '');
  run.resume();
  return { disk, post, overseer, run, question: await questionOf(overseer) };
}

async function killed(
  disk: MortalDisk,
  post: Post,
  tasks: typeof byModel | typeof byTool,
  send: Tool<unknown>,
): Promise<void> {
  const first = await open(disk, post, send);
  first.run({ tasks });
  await until(() => post.sent === 1);
  await disk.kill();
}

/** Uses `send` twice in one answer, then answers. */
function open(disk: MortalDisk, post: Post, send: Tool<unknown> = post.tool()): Promise<Overseer> {
  const model = fakeModel({
    reply: ({ messages }) =>
      messages.some(({ role }) => role === 'tool')
        ? { text: 'the answer' }
        : {
            toolCalls: [
              { name: 'send', input: {} },
              { name: 'send', input: {} },
            ],
          },
  });
  return createOverseer({
    overseer: 'a',
    models: { a: { model } },
    roles: { worker: { text: 'Work.', tools: ['send'] } },
    tools: { send: send as Tool },
    store: disk.open,
  });
}

async function questionOf(overseer: Overseer): Promise<OpenQuestion> {
  await until(() => overseer.questions().length > 0);
  const [question] = overseer.questions();
  if (question === undefined) throw new Error('nobody asks');
  return question;
}

async function eventsOf(run: AsyncIterable<OverseerEvent>): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}
