import type { Message, ModelWarning } from '@overseer/core/spec';
import { describe, expect, it } from 'vitest';
import { claudeTakesLateSystem, placeSystem, type SystemPlaces } from './place-system.ts';

type Role = Message['role'];
const ROLES: Readonly<Record<string, Role>> = {
  s: 'system',
  u: 'user',
  a: 'assistant',
  t: 'tool',
};

/** Places messages that are called by their role and a number, and tells how they stand and whether there was a warning. */
function placed(order: string, late: SystemPlaces['late']): readonly [string, number] {
  const messages = order.split(' ').map((text): Message => {
    return { role: ROLES[text.charAt(0)] ?? 'user', parts: [{ type: 'text', text }] };
  });
  const warnings: ModelWarning[] = [];
  const out = placeSystem(messages, { who: 'It takes', late }, warnings);
  const names = out.flatMap(({ parts }) => parts.map((part) => 'text' in part && part.text));
  if (!/[uat].*s/.test(order)) expect(out).toBe(messages);
  expect(warnings.every(({ kind, what }) => kind === 'adjusted' && what === 'system')).toBe(true);
  return [names.join(' '), warnings.length];
}

describe('messages of the system in the middle of a conversation', () => {
  it.each([
    ['s1 u1 a1', 's1 u1 a1', 0],
    ['s1 s2', 's1 s2', 0],
    ['s1 u1 a1 s2 u2', 's1 s2 u1 a1 u2', 1],
    ['u1 s1', 's1 u1', 1],
    ['s1 u1 s2 a1 s3 u2', 's1 s2 s3 u1 a1 u2', 1],
  ])('M9 M10: %s goes to the front, with one warning, where it must', (order, expected, told) => {
    expect(placed(order, 'front')).toEqual([expected, told]);
  });

  it.each([
    ['s1 u1 s2 a1 u2', 's1 u1 s2 a1 u2', 0],
    ['s1 u1 s2', 's1 u1 s2', 0],
    ['s1 u1 a1 s2 u2 a2', 's1 u1 a1 u2 s2 a2', 0],
    ['u1 a1 s1 t1 t2 a2', 'u1 a1 t1 t2 s1 a2', 0],
    ['u1 s1 u2 s2 a1', 'u1 u2 s1 s2 a1', 0],
    ['u1 a1 s1 a2 u2', 'u1 a1 a2 u2 s1', 0],
    ['s1 u1 a1 s2', 's1 s2 u1 a1', 1],
  ])('M9 M10: %s stands before the answer that it came before', (order, expected, told) => {
    expect(placed(order, 'before-answers')).toEqual([expected, told]);
  });

  it('M9: are taken by models of Anthropic that are new enough', () => {
    const taking = ['claude-opus-4-8', 'claude-opus-4-8-20260528', 'claude-sonnet-5'];
    const newer = ['claude-opus-5-5', 'claude-haiku-5-5', 'claude-fable-5', 'claude-opus-4-10'];
    expect([...taking, ...newer].filter((id) => !claudeTakesLateSystem(id))).toEqual([]);
    const older = ['claude-opus-4-7', 'claude-haiku-4-5', 'claude-3-5-haiku', 'claude', 'm'];
    const dated = ['claude-opus-4-20250514', 'claude-sonnet-4-5-20250929', 'kimi-5'];
    expect([...older, ...dated].filter(claudeTakesLateSystem)).toEqual([]);
  });
});
