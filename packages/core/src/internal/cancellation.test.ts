import { describe, expect, it } from 'vitest';
import { Cancellation } from './cancellation.ts';

describe('Cancellation', () => {
  it('K6: tells every listener once, those that were forgotten not, and whoever comes late at once', () => {
    const heard: string[] = [];
    const listener = (name: string) => (reason: unknown) => void heard.push(`${name}: ${reason}`);
    const [first, second, third, fourth] = ['1', '2', '3', '4'].map(listener);
    const cancel = new Cancellation();
    for (const one of [first, second, third]) if (one !== undefined) cancel.onAbort(one);
    if (first !== undefined) cancel.forget(first);
    if (third !== undefined) cancel.forget(third);
    if (fourth !== undefined) cancel.onAbort(fourth);
    cancel.abort('enough');
    cancel.abort('again');
    expect(heard.sort()).toEqual(['2: enough', '4: enough']);
    if (first !== undefined) cancel.onAbort(first);
    expect(heard).toContain('1: enough');
  });

  it('K6: gives a signal that is aborted with it, asked for before or after', () => {
    const cancel = new Cancellation();
    const { signal } = cancel;
    cancel.abort('enough');
    expect([signal.aborted, signal.reason, cancel.signal]).toEqual([true, 'enough', signal]);
    const late = new Cancellation();
    late.abort('before');
    expect(late.signal.reason).toBe('before');
  });
});
