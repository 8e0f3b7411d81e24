import { untrustedLine } from '../prompt/untrusted.ts';
import type { Json } from '../spec/json.ts';
import type { Tool } from '../spec/tool.ts';
import type { Ask } from '../spec/validator.ts';
import { type Discreet, shownInput } from '../tool/shown-input.ts';

/** How much of a call's input a person is shown, in characters. */
const SHOWN = 2_000;

const HOW = 'Answer: done <output> | not done | give up';

/**
 * Asks a person whether a tool call that was cut off happened, without what its tool calls sensitive; `problem` says why an
 * earlier answer was no use, and `fields` what else is sensitive. Pure.
 */
export function askWhetherDone(
  name: string,
  input: Json,
  tool: Discreet,
  problem?: string,
  fields?: ReadonlySet<string>,
): Ask {
  const shown = untrustedLine(JSON.stringify(shownInput(tool, input, fields)), SHOWN);
  const question = `Did ${untrustedLine(name, 200)} with input ${shown} happen? It was interrupted. ${HOW}`;
  return {
    kind: 'ask',
    of: { person: 'a person' },
    request: problem === undefined ? question : `${problem} ${question}`,
  };
}

/** What a person says of a call in doubt. */
export type DoubtAnswer =
  | { readonly kind: 'done'; readonly output: Json }
  | { readonly kind: 'not-done' }
  | { readonly kind: 'give-up' }
  | { readonly kind: 'unreadable'; readonly problem: string };

/** Reads a person's answer; the output of a call that is done is JSON, or any other text as it stands. Pure. */
export function readDoubtAnswer(reply: string, tool: Pick<Tool, 'output'>): DoubtAnswer {
  const words = reply.trim();
  if (isGivenUp(words)) return { kind: 'give-up' };
  if (/^not\s+done[.!]?$/i.test(words)) return { kind: 'not-done' };
  const done = /^done\b[\s:]*([\s\S]*)$/i.exec(words);
  if (done === null) {
    const said = untrustedLine(words, 80);
    return { kind: 'unreadable', problem: `The answer ${JSON.stringify(said)} is none of these.` };
  }
  return readOutput(done[1] ?? '', tool);
}

/** Whether a person's answer is to give up. */
export function isGivenUp(reply: string): boolean {
  return /^give\s+up[.!]?$/i.test(reply.trim());
}

/** Why an attempt ends whose call in doubt a person gave up. */
export function givenUp(name: string): string {
  return `a person gave up on ${untrustedLine(name, 200)}, which was interrupted`;
}

function readOutput(text: string, { output }: Pick<Tool, 'output'>): DoubtAnswer {
  const readings = readingsOf(text);
  const fitting = readings.find((one) => output === undefined || output.parse(one).ok);
  if (fitting !== undefined) return { kind: 'done', output: fitting };
  const parsed = output?.parse(readings[0]);
  const why = parsed?.ok === false ? parsed.problems.join('; ') : '';
  return { kind: 'unreadable', problem: `That output is not what the tool gives: ${why}.` };
}

/** A text as JSON and as itself; none at all is nothing. */
function readingsOf(text: string): readonly Json[] {
  if (text === '') return [null, ''];
  try {
    const json: Json = JSON.parse(text);
    return [json, text];
  } catch {
    return [text];
  }
}
