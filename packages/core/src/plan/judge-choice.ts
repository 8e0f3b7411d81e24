import { findJson } from '../internal/find-json.ts';
import type { JsonObject } from '../spec/json.ts';

/** The form of a judge's choice, for every provider's structured output. */
export const choiceJsonSchema: JsonObject = {
  type: 'object',
  properties: { choice: { type: 'string' }, reason: { type: 'string' } },
  required: ['choice', 'reason'],
  additionalProperties: false,
};

/** Under which letter a judge sees the answer at a place: A for 0. */
export function letterOf(place: number): string {
  return String.fromCharCode('A'.charCodeAt(0) + place);
}

/** What a judge chose, or what is wrong with its reply in one sentence. */
export type ReadChoice =
  | { readonly ok: true; readonly place: number }
  | { readonly ok: false; readonly problem: string };

/** Reads a judge's choice among `count` answers, with or without words around it. Never throws. */
export function readChoice(reply: string, count: number): ReadChoice {
  const form = 'answer with {"choice": "the letter", "reason": "one sentence"} alone';
  const found = findJson(reply, 'choice');
  if (found.kind === 'absent') return wrong(`There is no JSON object: ${form}.`);
  if (found.kind === 'broken') return wrong(`The choice is not JSON: ${found.because}.`);
  const choice: unknown = Reflect.get(found.value, 'choice');
  if (typeof choice !== 'string') return wrong(`The choice is no letter: ${form}.`);
  const letters = Array.from({ length: count }, (_, place) => letterOf(place));
  const place = letters.indexOf(choice.trim().toUpperCase());
  if (place >= 0) return { ok: true, place };
  const said = JSON.stringify(choice.slice(0, 40));
  return wrong(`The choice ${said} is none of the letters ${letters.join(', ')}.`);
}

function wrong(problem: string): ReadChoice {
  return { ok: false, problem };
}
