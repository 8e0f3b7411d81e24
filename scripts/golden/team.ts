import { ModelError, type OverseerOptions } from '@overseer/core';
import type { Tool, Validator } from '@overseer/core/spec';
import { type FakeReply, fakeModel } from '@overseer/core/testing';

/** The team that worked the golden journals, and goes on with them: in-process models that say the same every time. */
export function goldenTeam(): Pick<
  OverseerOptions,
  'overseer' | 'models' | 'roles' | 'tools' | 'validators' | 'budgets' | 'cache' | 'graceMs'
> {
  return {
    overseer: 'boss',
    models: {
      boss: { model: golden('boss') },
      worker: {
        model: golden('worker'),
        limits: ['1000 calls / 1h'],
        price: { input: 1, output: 2 },
      },
    },
    roles: { worker: { text: 'Work.', tools: ['deploy'] } },
    tools: { deploy },
    validators: { release },
    cache: true,
    graceMs: 0,
  };
}

function golden(id: string) {
  return fakeModel({
    id,
    reply: ({ messages }) => {
      const said = JSON.stringify(messages);
      return replyTo(said, said.includes('tool-result'));
    },
  });
}

const REPLIES: readonly (readonly [mark: string, reply: FakeReply])[] = [
  ['verdict', { text: '{"verdict":"pass","findings":[],"score":0.9}' }],
  ['never ends', { text: 'Too late.', delayMs: 3_600_000 }],
  ['always breaks', { error: new ModelError('invalid', 'It was not understood.') }],
  ['Write a poem', { text: planText() }],
];

function replyTo(said: string, hasResult: boolean): FakeReply {
  if (said.includes('Deploy it') && !hasResult) {
    return { toolCalls: [{ name: 'deploy', input: { version: 7 } }] };
  }
  const known = REPLIES.find(([mark]) => said.includes(mark));
  return known?.[1] ?? { text: `It is done. ${'So it was said. '.repeat(400)}` };
}

function planText(): string {
  const task = (key: string, needs: readonly string[]) => ({
    key,
    title: `The ${key}`,
    instruction: `Find the ${key}.`,
    kind: 'write',
    needs,
    files: [],
    role: null,
    priority: 'medium',
    checks: [],
  });
  return JSON.stringify({ tasks: [task('rhyme', []), task('poem', ['rhyme'])] });
}

const deploy: Tool = {
  spec: 'tool/1',
  description: 'Deploys a version.',
  input: {
    jsonSchema: { type: 'object', properties: { version: { type: 'number' } } },
    parse: (value) => ({ ok: true, value }),
  },
  permissions: ['network'],
  effect: 'idempotent',
  timeoutMs: 60_000,
  execute: async () => 'deployed',
};

/** Asks a person whether it may go out. */
const release: Validator = {
  spec: 'validator/1',
  tier: 'person',
  validate: () => ({ kind: 'ask', of: { person: 'mia' }, request: 'May it go out?' }),
  conclude: (reply) =>
    reply === 'yes' ? { kind: 'pass' } : { kind: 'fail', findings: [{ message: reply }] },
};
