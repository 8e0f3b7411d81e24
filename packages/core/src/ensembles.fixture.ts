import { createOverseer } from './create-overseer.ts';
import type { mortalDisk } from './mortal-disk.fixture.ts';
import type { Overseer } from './overseer.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { ModelRequest } from './spec/model.ts';
import type { ModelEntry } from './spec/plugin.ts';
import type { Ensemble, TaskInput } from './spec/task.ts';
import type { Tool } from './spec/tool.ts';
import type { Validator } from './spec/validator.ts';
import { type FakeModel, type FakeReply, fakeModel } from './testing/fake-model.ts';

/** What a test wishes of a team of scripted models. */
export interface TeamWish {
  readonly judge: FakeModel;
  /** What `a`, `b`, `c`, … answer to everything. */
  readonly answers: readonly (string | Error | FakeReply)[];
  readonly more?: Readonly<Record<string, ModelEntry>>;
  readonly validators?: Readonly<Record<string, Validator>>;
  readonly store?: ReturnType<typeof mortalDisk>['open'];
  readonly budget?: { readonly calls: number };
}

/** Such a team, with its models in the order of their answers. */
export interface Team {
  readonly overseer: Overseer;
  readonly models: readonly FakeModel[];
  readonly judge: FakeModel;
}

/** A judge, and one model for each answer. */
export async function team({
  judge,
  answers,
  more = {},
  validators = {},
  store,
  budget,
}: TeamWish): Promise<Team> {
  const models = answers.map((answer, at) => {
    const id = String.fromCharCode('a'.charCodeAt(0) + at);
    return fakeModel({ id, reply: () => replyOf(answer) });
  });
  const overseer = await createOverseer({
    overseer: 'judge',
    models: {
      judge: { model: judge, role: 'reviewer' },
      ...Object.fromEntries(models.map((model) => [model.info.id, { model }])),
      ...more,
    },
    roles: { reviewer: { text: '' }, critic: { text: '' }, actor: { text: '', tools: ['act'] } },
    tools: { act: acting },
    validators,
    random: () => 0,
    ...(store === undefined ? {} : { store }),
    ...(budget === undefined ? {} : { budget }),
  });
  return { overseer, models, judge };
}

const acting: Tool<unknown> = {
  spec: 'tool/1',
  description: 'acts',
  input: { jsonSchema: { type: 'object' }, parse: (value) => ({ ok: true, value }) },
  permissions: [],
  effect: 'once',
  timeoutMs: 1_000,
  execute: async () => 'did it',
};

function replyOf(answer: string | Error | FakeReply): FakeReply {
  if (typeof answer === 'string') return { text: answer };
  return answer instanceof Error ? { error: answer } : answer;
}

/** A graph of one task that wants several answers. */
export function ensemble(wish: Ensemble): {
  readonly tasks: readonly [TaskInput & { readonly key: string }];
} {
  return { tasks: [{ key: 'pick', instruction: 'Say one word.', ensemble: wish }] };
}

/** A judge that chooses the answer with these words, wherever it stands. */
export function choosing(words: string): FakeModel {
  const said = words.replaceAll('overseer-data', 'overseer_data');
  return fakeModel({
    id: 'judge',
    reply: (request) => {
      const choice = letters(request).find(({ text }) => text === said)?.letter ?? 'none';
      return { text: `I think:\n{"choice": "${choice}", "reason": "it is"}` };
    },
  });
}

/** The answers that a judge was shown, under their letters. */
export function letters(
  request: ModelRequest,
): readonly { readonly letter: string; readonly text: string }[] {
  const shown = textOf(request).matchAll(
    /of="answer ([A-E])[^>]*>\n([\s\S]*?)\n<\/overseer-data>/g,
  );
  return [...shown].map(([, letter = '', text = '']) => ({ letter, text }));
}

/** All text of a request. */
export function textOf(request: ModelRequest | undefined): string {
  return (request?.messages ?? [])
    .flatMap(({ parts }) => parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])))
    .join('\n');
}

/** A check that refuses one answer. */
export function refusing(text: string): Validator {
  return {
    spec: 'validator/1',
    tier: 'automated',
    validate: async (answer) =>
      answer.text === text
        ? { kind: 'fail', findings: [{ message: `It says ${text}.` }] }
        : { kind: 'pass' },
  };
}

/** Waits until so many tasks are done, on disk. */
export async function tasksDone(disk: ReturnType<typeof mortalDisk>, tasks: number): Promise<void> {
  await untilOnDisk(
    disk,
    (events) => events.filter(({ type }) => type === 'task.done').length === tasks,
  );
}

/** Waits until something is on disk. */
export async function untilOnDisk(
  disk: ReturnType<typeof mortalDisk>,
  isSo: (events: readonly OverseerEvent[]) => boolean,
): Promise<void> {
  while (!isSo(await disk.events())) await new Promise((resolve) => setTimeout(resolve, 2));
}

/** All events of a run that has ended. */
export async function eventsOf(run: Run): Promise<readonly OverseerEvent[]> {
  const events: OverseerEvent[] = [];
  for await (const event of run) events.push(event);
  return events;
}
