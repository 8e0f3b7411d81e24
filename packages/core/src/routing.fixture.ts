import type { OverseerOptions } from './options.ts';
import type { Run } from './run/run-handle.ts';
import type { OverseerEvent } from './spec/event.ts';
import type { ModelRequest, Price } from './spec/model.ts';
import type { TaskInput } from './spec/task.ts';
import type { Validator } from './spec/validator.ts';
import { type FakeModel, fakeModel } from './testing/fake-model.ts';

/** Refuses whatever says `bad`. */
export const good: Validator = {
  spec: 'validator/1',
  tier: 'automated',
  validate: async ({ text }) =>
    text.includes('bad')
      ? { kind: 'fail', findings: [{ message: 'It says "bad" in line 3.' }] }
      : { kind: 'pass' },
};

/** A price that hardly counts. */
export const cheap: Price = { input: 0.1, output: 0.1 };
/** A price that counts. */
export const dear: Price = { input: 10, output: 30 };
/** A task whose answer is checked. */
export function checked(instruction: string): TaskInput {
  return { instruction, kind: 'write', checks: [{ kind: 'good' }] };
}

/** A boss that does no work, and these models beside it. */
export function team(
  models: Readonly<Record<string, readonly [FakeModel, Price | undefined]>>,
): OverseerOptions {
  return {
    overseer: 'boss',
    validators: { good },
    models: {
      boss: { model: said('boss', () => 'boss') },
      ...Object.fromEntries(
        Object.entries(models).map(([name, [model, price]]) => [
          name,
          price === undefined ? { model } : { model, price },
        ]),
      ),
    },
  };
}

/** A model whose answers are told by their number, from 1. */
export function said(id: string, text: (nth: number) => string): FakeModel {
  return fakeModel({ id, reply: (_request, nth) => ({ text: text(nth) }) });
}

/** All text of a request. */
export function textIn(request: ModelRequest | undefined): string {
  return (request?.messages ?? [])
    .flatMap(({ parts }) => parts)
    .map((part) => (part.type === 'text' ? part.text : ''))
    .join('\n');
}

/** The events of one type, of a run that ended. */
export async function events<T extends OverseerEvent['type']>(
  run: Run,
  type: T,
): Promise<readonly OverseerEvent<T>[]> {
  const found: OverseerEvent<T>[] = [];
  for await (const event of run) {
    if (event.type === type) found.push(event as OverseerEvent<T>);
  }
  return found;
}
