import { describe, expect, it } from 'vitest';
import { modelRefusal } from './model-refusal.ts';

const refuse = (message: string, code = 'x') =>
  modelRefusal({ where: 'x/m', status: 500, body: { error: { message, code } } });

describe('the sentence of a refusal', () => {
  it('M18 X3: has what the server said in one line, without what moves a cursor or turns a text', () => {
    const said = '\u001b[2J\u001b]0;owned\u0007 Busy.\r\n2026-11-27 all is well\u2028\u202e!';
    const { message } = refuse(said);
    expect(message).toBe(
      "x/m: [2J]0;owned Busy. 2026-11-27 all is well ! (500); the provider's server failed; try again",
    );
  });

  it('M18: keeps letters of all scripts, and signs of several characters', () => {
    expect(refuse('Überlastet 忙しい 👩‍👩‍👧 مشغول').message).toContain(
      'Überlastet 忙しい 👩‍👩‍👧 مشغول',
    );
  });

  it('M18: says what it can where nothing is left of what the server said', () => {
    expect(refuse('\u0000\u0001').message).toMatch(/^x\/m: the call failed \(server\) \(500\);/);
  });

  it('M18: is bounded, and so is the code', () => {
    const { message, providerCode } = refuse('a'.repeat(1_000_000), `${'b'.repeat(1_000_000)}\n`);
    expect(message.length).toBeLessThan(1_000);
    expect(providerCode).toBe('b'.repeat(200));
  });
});
