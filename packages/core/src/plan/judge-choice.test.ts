import { describe, expect, it } from 'vitest';
import { readChoice } from './judge-choice.ts';

describe('a judge’s choice', () => {
  it.each([
    ['{"choice": "B", "reason": "x"}', 1],
    ['Well:\n```json\n{"choice": " a "}\n```', 0],
    ['{"choice": "A"} no: {"choice": "C", "reason": "x"}', 2],
  ])('M15: is read from %j', (reply, place) => {
    expect(readChoice(reply, 3)).toEqual({ ok: true, place });
  });

  it.each([
    ['', 'There is no JSON object'],
    ['B', 'There is no JSON object'],
    ['{"choice": 2}', 'The choice is no letter'],
    ['{"reason": "x"}', 'The choice is no letter'],
    ['{"choice": "D"}', 'The choice "D" is none of the letters A, B, C.'],
    ['{"choice": ""}', 'The choice "" is none of the letters A, B, C.'],
    ['{"choice": "A', 'The choice is not JSON'],
  ])('M15: is refused in %j', (reply, problem) => {
    expect(readChoice(reply, 3)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });
});
