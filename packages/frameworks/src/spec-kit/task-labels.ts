import { caps } from './caps.ts';

/** Labels between a task's id and its text. */
export interface Labels {
  readonly parallel: 'yes' | 'no' | 'unset';
  readonly stories: readonly string[];
  readonly others: readonly string[];
  /** The text behind them. */
  readonly text: string;
}

const label = /^\*{0,2}(?:\[([^\][]{1,40})\]|\((P)\))(?!\()\*{0,2}\s*/;

/** Reads `[P]`, `[US1]` and other labels, bold or not, in any order; at most 16. */
export function readLabels(behindId: string): Labels {
  const words: string[] = [];
  let text = behindId;
  for (let match = next(text); match !== undefined; match = next(text)) {
    if (words.length >= caps.labels) break;
    words.push(match.word);
    text = text.slice(match.length);
  }
  return {
    parallel: parallelOf(words),
    stories: words.filter((word) => story.test(word)).flatMap(storiesOf),
    others: words.filter((word) => ![parallel, sequential, story].some((own) => own.test(word))),
    text,
  };
}

const parallel = /^p(?:arallel)?$/i;
const sequential = /^seq(?:uential)?$/i;
const story = /^(?:US[-\s]?\d|story)/i;
const other = /^[A-Z][\w:*-]{0,20}$/;

function next(text: string): { readonly word: string; readonly length: number } | undefined {
  const match = label.exec(text);
  const word = match?.[1] ?? match?.[2];
  if (match === null || word === undefined) return undefined;
  return [parallel, sequential, story, other].some((own) => own.test(word))
    ? { word, length: match[0].length }
    : undefined;
}

function parallelOf(words: readonly string[]): Labels['parallel'] {
  if (words.some((word) => sequential.test(word))) return 'no';
  return words.some((word) => parallel.test(word)) ? 'yes' : 'unset';
}

function storiesOf(word: string): readonly string[] {
  return (word.match(/\d+/g) ?? []).map((number) => `US${Number(number)}`);
}
