import { type MockService, startMockService } from '@overseer/adapters/mock-llm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readAnswer } from './answers.ts';
import { scenario } from './scenario.ts';

let service: MockService;

beforeAll(async () => {
  service = await startMockService({ scenario });
});
afterAll(async () => {
  await service.close();
});

it('M17: coder-b-1 answers 429 with retry-after once, then writes the file', async () => {
  const first = await ask('coder-b-1', 'T004');
  expect(first.status).toBe(429);
  expect(first.headers.get('retry-after')).toBe('1');
  await first.text();
  const second = await ask('coder-b-1', 'T004');
  expect(second.status).toBe(200);
  expect(filesIn(await second.text())).toEqual(readAnswer('T004'));
});

it('M17: the first stream of local-1 breaks off, the next is whole', async () => {
  const first = await ask('local-1', 'T004');
  await expect(first.text()).rejects.toThrow();
  const second = await ask('local-1', 'T004');
  expect(filesIn(await second.text())).toEqual(readAnswer('T004'));
});

it('L5 M17: coder-c-1 destroys every connection', async () => {
  await expect(ask('coder-c-1', 'T004')).rejects.toThrow();
  await expect(ask('coder-c-1', 'T004')).rejects.toThrow();
});

it('L1 M17: coder-a-1 admits five requests and refuses the sixth', async () => {
  const statuses: number[] = [];
  for (let i = 0; i < 6; i++) {
    const response = await ask('coder-a-1', 'T004');
    statuses.push(response.status);
    await response.text();
  }
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
});

it('V1 M17: planner-1 reviews in the Anthropic dialect', async () => {
  const response = await fetch(`${service.url}/v1/messages`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'x-api-key': 'k',
      'anthropic-version': '2023-06-01',
    },
    body: JSON.stringify({
      model: 'planner-1',
      max_tokens: 1_000,
      messages: [
        {
          role: 'user',
          content:
            '# Task T004/review-1-0: Review of T004\n\n<overseer-data of="file src/a.ts">\nexport const a = 1;\n</overseer-data>',
        },
      ],
    }),
  });
  const { content } = (await response.json()) as { content: readonly { text: string }[] };
  expect(JSON.parse(content[0]?.text ?? '')).toEqual({
    verdict: 'fail',
    findings: ['src/a.ts:1: a is exported and has no doc comment.'],
    score: 0.4,
  });
});

async function ask(model: string, task: string): Promise<Response> {
  return await fetch(`${service.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer k' },
    body: JSON.stringify({
      model,
      stream: true,
      messages: [{ role: 'user', content: `# Task ${task}: ${task} Implement it` }],
      tools: [
        { type: 'function', function: { name: 'write_file', parameters: { type: 'object' } } },
      ],
    }),
  });
}

interface Chunk {
  readonly choices: readonly {
    readonly delta: {
      readonly tool_calls?: readonly { readonly function: { readonly arguments?: string } }[];
    };
  }[];
}

/** The inputs of the tool call of a stream; a scenario's answers have one. */
function filesIn(body: string): readonly unknown[] {
  const chunks = [...body.matchAll(/^data: (\{.*\})$/gm)].map(
    ([, json = '']) => JSON.parse(json) as Chunk,
  );
  const pieces = chunks.flatMap(({ choices }) =>
    choices.flatMap(({ delta }) => delta.tool_calls ?? []),
  );
  return [JSON.parse(pieces.map((piece) => piece.function.arguments ?? '').join(''))];
}
