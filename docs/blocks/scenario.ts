import type { MockReply, MockRequest, MockScenario } from '@overseer/adapters/mock-llm';

/** What the models of the documents say: a plan, a passing review, or a task's files and a few words. */
export const scenario: MockScenario = {
  models: [
    ...['claude-sonnet-5-5', 'claude-sonnet-5', 'gpt-5-mini', 'qwen3-8b', 'gemma4'],
    ...['gemini-3.5-flash', 'gemini-embedding-001', 'command-a-03-2025', 'embed-v4.0'],
  ].map((id) => ({ id })),
  rules: [
    { name: 'plan', when: ({ messages }) => taskOf(messages).startsWith('plan:'), reply: plan },
    {
      name: 'review',
      when: ({ messages }) => taskOf(messages).includes('/review-'),
      reply: () => PASS,
    },
    { name: 'work', reply: work },
  ],
};

const PASS: MockReply = { text: '{"verdict": "pass", "score": 0.95, "findings": []}' };

/** What stands behind `# Task ` in the first message: its key, a colon and its title. */
function taskOf(messages: MockRequest['messages']): string {
  const prompt = messages.find(({ role }) => role === 'user')?.text ?? '';
  return /^# Task (.*)$/m.exec(prompt)?.[1] ?? '';
}

function plan({ lastText }: MockRequest): MockReply {
  const tasks = lastText.includes('There is no project folder') ? inText : inFiles;
  return { text: JSON.stringify({ tasks }) };
}

const inText: readonly object[] = [
  {
    key: 'slugify',
    title: 'Write slugify()',
    instruction: 'Write slugify(text: string): string in TypeScript.',
    kind: 'code',
  },
  {
    key: 'review',
    title: 'Review slugify()',
    instruction: 'Review the function: correctness, edge cases, names.',
    kind: 'review',
    needs: ['slugify'],
  },
];

const inFiles: readonly object[] = [
  {
    key: 'changelog',
    title: 'Write CHANGELOG.md',
    instruction: 'Write CHANGELOG.md with an entry for the first version.',
    kind: 'document',
    files: ['CHANGELOG.md'],
  },
];

/** Writes the task's files first, where it has any and the tools for it; then says what it did. */
function work({ messages, tools }: MockRequest): MockReply {
  const prompt = messages.find(({ role }) => role === 'user')?.text ?? '';
  const hasWritten = messages.some(({ toolCalls }) => toolCalls.length > 0);
  const listed = /Files that you may write, and no others:\n((?:- `.*`\n?)+)/.exec(prompt)?.[1];
  const paths = [...(listed ?? '').matchAll(/`(.*)`/g)].map(([, path = '']) => path);
  if (hasWritten || paths.length === 0 || !tools.includes('write_file')) return { text: SLUGIFY };
  return {
    toolCalls: paths.map((path) => ({
      name: 'write_file',
      input: { path, content: FILES.get(path) ?? `# ${path}\n` },
    })),
  };
}

const SLUGIFY = `Done: one function, no dependencies.

const slugify = (text: string): string =>
  text.normalize('NFKD').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-|-$/g, '');`;

const FILES: ReadonlyMap<string, string> = new Map([
  ['src/greet.js', "export const greet = (name) => ['Hello, ', name, '!'].join('');\n"],
  [
    'test/greet.test.js',
    `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { greet } from '../src/greet.js';

test('greets by name', () => assert.equal(greet('Ada'), 'Hello, Ada!'));
`,
  ],
  ['CHANGELOG.md', '# Changelog\n\n## 0.1.0\n\nThe first version.\n'],
]);
