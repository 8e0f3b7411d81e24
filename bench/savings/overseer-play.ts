import { createOverseer } from '@overseer/core';
import { estimateTokens, textTokens } from '@overseer/core/plugin';
import type { ModelRequest, Validator } from '@overseer/core/spec';
import { createFakeClock, type FakeModel, fakeModel } from '@overseer/core/testing';
import type { Row } from '../routing/rows.ts';
import { type Played, strongAlone } from './play.ts';
import { callOf, sumOf, USD_PER_MILLION } from './spent.ts';

type Side = 'strong' | 'weak';
const CAN = { tools: true, json: 'schema', reasoning: false, image: false } as const;
const SIDES: readonly Side[] = ['strong', 'weak'];

/**
 * A cascade of the product itself: an overseer with models that answer as they did. It learns from the questions of
 * `train`, whose grades a check knows, and is measured by those of `test`, with the check `arithmetic`, which knows none,
 * or `graded`, which tells right from wrong as tests of a program do.
 */
export async function overseerPlay(
  train: readonly Row[],
  test: readonly Row[],
  { leastDoubt, check }: { readonly leastDoubt?: number; readonly check: 'arithmetic' | 'graded' },
): Promise<readonly Played[]> {
  const rows = new Map([...train, ...test].map((row, at) => [`q${at}`, row]));
  const keys = new Map([...rows].map(([key, row]) => [row, key]));
  const models = { strong: replayed('strong', rows), weak: replayed('weak', rows) };
  await using overseer = await createOverseer({
    overseer: 'strong',
    models: Object.fromEntries(
      SIDES.map((side) => {
        const price = { input: USD_PER_MILLION[side], output: USD_PER_MILLION[side] };
        return [side, { model: models[side], price, role: 'worker' }];
      }),
    ),
    validators: { graded: graded(rows) },
    routing: { mode: 'cascade', ...(leastDoubt === undefined ? {} : { leastDoubt }) },
    concurrency: 1,
    maxAttempts: 2,
    random: () => 0.5,
    // No answer takes time, so that none is better for having been quick by chance.
    clock: createFakeClock(),
  });
  const tasksOf = (some: readonly Row[], check: string) =>
    some.map((row) => ({
      key: keys.get(row) ?? '',
      title: 'Answer',
      instruction: row.prompt,
      kind: row.kind,
      checks: [{ kind: check }],
    }));
  if (train.length > 0) await overseer.run({ tasks: tasksOf(train, 'graded') }).result;
  const before = { strong: models.strong.requests.length, weak: models.weak.requests.length };
  const { tasks } = await overseer.run({ tasks: tasksOf(test, check) }).result;
  const byKey = new Map(tasks.map((task) => [task.key, task]));
  const calls = SIDES.flatMap((side) =>
    models[side].requests.slice(before[side]).map((request) => ({ side, request })),
  );
  const spent = new Map<string, ReturnType<typeof callOf>[]>();
  for (const { side, request } of calls) {
    const key = keyOf(request);
    const tokens = estimateTokens(request) + textTokens(answerOf(rows.get(key), side));
    spent.set(key, [...(spent.get(key) ?? []), callOf(side, tokens)]);
  }
  return test.map((row): Played => {
    const key = keys.get(row) ?? '';
    const { model, status } = byKey.get(key) ?? {};
    const right = status === 'done' && (model === 'strong' ? row.strong : row.weak);
    return {
      row,
      outcome: { question: row.prompt, right, strong: row.strong },
      spent: sumOf(spent.get(key) ?? []),
      ...strongAlone(row),
    };
  });
}

function replayed(side: Side, rows: ReadonlyMap<string, Row>): FakeModel {
  return fakeModel({
    id: side,
    info: { can: CAN },
    reply: (request) => ({ text: answerOf(rows.get(keyOf(request)), side) }),
  });
}

/** Lets pass what was graded right. */
function graded(rows: ReadonlyMap<string, Row>): Validator {
  return {
    spec: 'validator/1',
    tier: 'automated',
    validate: async ({ text }, { task }) => {
      const row = rows.get(task.key);
      const isRight = SIDES.some((side) => row?.[side] === true && text === answerOf(row, side));
      // What is wrong with an answer the data does not tell.
      return isRight ? { kind: 'pass' } : { kind: 'fail', findings: [] };
    },
  };
}

/** Where the data has no answer it is one letter. */
function answerOf(row: Row | undefined, side: Side): string {
  const answer = side === 'strong' ? row?.strongResponse : row?.weakResponse;
  return answer || (row?.[side] === true ? 'A' : 'B');
}

function keyOf({ messages }: ModelRequest): string {
  const text = messages
    .flatMap(({ parts }) => parts)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('\n');
  return /^# Task (\S+):/m.exec(text)?.[1] ?? '';
}
