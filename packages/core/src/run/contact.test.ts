import { expect, it } from 'vitest';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { ModelErrorKind } from '../spec/model.ts';
import { type Contact, contactAfter, NO_CONTACT } from './contact.ts';

const envelope = { id: 'e', stream: 's', seq: 1, v: 1, epoch: 1, actor: 'model:m' } as const;

function failed(kind: ModelErrorKind, at: number): OverseerEvent<'call.failed'> {
  const settled = { inputTokens: 0, outputTokens: 0, microUsd: 0 };
  const data: EventData['call.failed'] = {
    ...{ kind, message: 'no', retryable: false, settled, uncertain: false },
  };
  return { ...envelope, type: 'call.failed', at, data };
}

it.each<[ModelErrorKind, 'an answer' | 'silence' | 'nothing']>([
  ['auth', 'an answer'],
  ['permission', 'an answer'],
  ['not-found', 'an answer'],
  ['quota', 'an answer'],
  ['rate-limit', 'an answer'],
  ['overloaded', 'an answer'],
  ['loading', 'an answer'],
  ['server', 'an answer'],
  ['content-filter', 'an answer'],
  ['context-overflow', 'an answer'],
  ['network', 'silence'],
  ['timeout', 'silence'],
  ['interrupted', 'silence'],
  ['aborted', 'nothing'],
  ['invalid', 'nothing'],
  ['unsupported', 'nothing'],
  ['protocol', 'nothing'],
])('M2: a call that fails with %s is %s', (kind, what) => {
  const after = contactAfter(NO_CONTACT, failed(kind, 7));
  expect(after.answeredAt).toBe(what === 'an answer' ? 7 : undefined);
  expect(after.silence?.code).toBe(what === 'silence' ? kind : undefined);
});

it('M2: one failure of a model that has answered says nothing', () => {
  const known: Contact = { answeredAt: 5, silence: undefined };
  expect(contactAfter(known, failed('network', 7))).toBe(known);
  expect(contactAfter(known, failed('auth', 7))).toEqual({ answeredAt: 7, silence: undefined });
});
