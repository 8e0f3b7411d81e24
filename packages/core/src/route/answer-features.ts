import { equationsIn } from './equations.ts';

/** The names of the features, in their order. */
export const FEATURES = [
  'length of the task',
  'length of the answer',
  'length of the answer for its task',
  'a sum that does not come out',
  'sums',
  'no stated answer',
  'doubt in its own words',
  'a result that is no whole number',
  'numbers of the task that it does not use',
] as const;

const MOST_CHARACTERS = 20_000;
const NUMBERS = /\d[\d,]*(?:\.\d+)?/g;
const STATED = /answer is|####|final answer/i;
const DOUBT =
  /\b(?:however|wait|assum\w+|approximately|about|not enough|cannot|unclear|unknown|sorry|but)\b/i;

/**
 * What can be seen of an answer without knowing the right one: lengths, sums that do not come out, whether it states a
 * result, hedges, leaves numbers of the task unused. One number a feature. Pure.
 */
export function answerFeatures(task: string, answer: string): readonly number[] {
  const text = answer.slice(0, MOST_CHARACTERS);
  const equations = equationsIn(text);
  const given = new Set(numbersIn(task.slice(0, MOST_CHARACTERS)));
  const used = numbersIn(text);
  const last = used.at(-1);
  return [
    Math.log(1 + task.length),
    Math.log(1 + answer.length),
    answer.length / Math.max(1, task.length),
    equations.some(({ holds }) => !holds) ? 1 : 0,
    equations.length,
    STATED.test(text) ? 0 : 1,
    DOUBT.test(text) ? 1 : 0,
    last === undefined || Number.isInteger(last) ? 0 : 1,
    [...given].filter((number) => !used.includes(number)).length / (given.size + 1),
  ];
}

function numbersIn(text: string): readonly number[] {
  return (text.match(NUMBERS) ?? []).map((number) => Number(number.replaceAll(',', '')));
}
