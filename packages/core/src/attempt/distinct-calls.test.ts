import { describe, expect, it } from 'vitest';
import type { Part } from '../spec/message.ts';
import { distinctCalls } from './distinct-calls.ts';

const call = (id: string): Part => ({ type: 'tool-call', id, name: 'x', input: {} });
const ids = (parts: readonly Part[]): readonly string[] =>
  parts.flatMap((part) => (part.type === 'tool-call' ? [part.id] : []));

describe('distinctCalls', () => {
  it('T1: leaves parts alone whose calls have different ids', () => {
    const parts = [call('a'), { type: 'text', text: 'x' } as const, call('b')];
    expect(distinctCalls(parts)).toBe(parts);
  });

  it('T1: gives calls of one id, and of none, ids of their own', () => {
    expect(ids(distinctCalls([call('a'), call('a'), call('a-2'), call(''), call('')]))).toEqual([
      'a',
      'a-2',
      'a-2-2',
      'call',
      'call-2',
    ]);
  });
});
