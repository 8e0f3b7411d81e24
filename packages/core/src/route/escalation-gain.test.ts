import { describe, expect, it } from 'vitest';
import { EscalationGain, viewAnswer } from './escalation-gain.ts';

const right = (at: number) =>
  viewAnswer({
    task: `What is ${at} plus 2?`,
    answer: `${at} + 2 = ${at + 2}. The answer is ${at + 2}`,
  });
const wrong = (at: number) =>
  viewAnswer({ task: `What is ${at} plus 2?`, answer: `However, I assume ${at} + 2 = ${at + 3}` });

describe('EscalationGain', () => {
  it('L8: says nothing before enough answers are known', () => {
    const gains = new EscalationGain();
    for (let at = 0; at < 99; at++) gains.note({ ...right(at), gain: 0 });
    expect(gains.predict(wrong(1))).toBeUndefined();
    gains.note({ ...wrong(99), gain: 1 });
    expect(gains.predict(wrong(1))).toBeTypeOf('number');
  });

  it('L8: learns which answers a better model improves on', () => {
    const gains = new EscalationGain();
    for (let at = 0; at < 100; at++) {
      gains.note(at % 4 === 0 ? { ...wrong(at), gain: 1 } : { ...right(at), gain: 0 });
    }
    expect(gains.predict(wrong(1_001))).toBeGreaterThan(0.6);
    expect(gains.predict(right(1_001))).toBeLessThan(0.2);
  });

  it('L8 R8: is bounded', () => {
    const gains = new EscalationGain();
    const view = right(1);
    for (let at = 0; at < 600; at++) gains.note({ ...view, gain: 0 });
    expect(gains.size).toBe(512);
    expect(gains.predict(view)).toBeCloseTo(0, 9);
  });
});
