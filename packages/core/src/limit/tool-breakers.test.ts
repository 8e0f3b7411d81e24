import { describe, expect, it } from 'vitest';
import { ToolBreakers, type ToolEnd } from './tool-breakers.ts';

/** Calls a tool once at `at`. */
function call(breakers: ToolBreakers, how: ToolEnd, at: number, id = 'i'): void {
  breakers.start('t', 'a', id, at);
  breakers.end('t', 'a', id, at, how);
}

const BROKEN = { broken: 'timed out' };

describe('ToolBreakers', () => {
  it('R10: a tool that breaks three times in a row is left alone, longer each time, and probed by one call', () => {
    const breakers = new ToolBreakers();
    call(breakers, BROKEN, 0);
    call(breakers, BROKEN, 0);
    call(breakers, 'works', 0);
    call(breakers, BROKEN, 0);
    call(breakers, BROKEN, 0);
    expect(breakers.down('t', 0)).toBeUndefined();
    call(breakers, BROKEN, 0);
    expect(breakers.down('t', 0)).toEqual({
      untilAt: 30_000,
      why: 'timed out (3 times in a row)',
      fault: 'timed out',
    });
    expect(breakers.down('other', 0)).toBeUndefined();
    breakers.start('t', 'a', 'probe', 30_000);
    expect(breakers.down('t', 30_000)).toMatchObject({ untilAt: undefined });
    breakers.end('t', 'a', 'probe', 30_000, BROKEN);
    expect(breakers.down('t', 30_000)?.untilAt).toBe(90_000);
    call(breakers, 'works', 90_000);
    expect(breakers.down('t', 90_000)).toBeUndefined();
  });

  it('R10: what a tool refuses says nothing of what it stands on', () => {
    const breakers = new ToolBreakers();
    for (let time = 0; time < 20; time++) call(breakers, 'unsaid', 0);
    expect(breakers.down('t', 0)).toBeUndefined();
    for (let time = 0; time < 3; time++) call(breakers, BROKEN, 0);
    call(breakers, 'unsaid', 30_000);
    // The probe said nothing, so that the next call is one.
    expect(breakers.down('t', 30_000)).toBeUndefined();
    breakers.start('t', 'a', 'next', 30_000);
    expect(breakers.down('t', 30_000)).toMatchObject({ untilAt: undefined });
  });

  it('R10: a probe whose attempt ended is made again, and a new process forgets all', () => {
    const breakers = new ToolBreakers();
    for (let time = 0; time < 3; time++) call(breakers, BROKEN, 0);
    breakers.start('t', 'gone', 'probe', 30_000);
    breakers.leave('other', 31_000);
    expect(breakers.down('t', 31_000)).toBeDefined();
    breakers.leave('gone', 31_000);
    expect(breakers.down('t', 31_000)).toBeUndefined();
    breakers.start('t', 'a', 'probe', 31_000);
    breakers.forgive();
    expect(breakers.down('t', 31_000)).toBeUndefined();
  });
});
