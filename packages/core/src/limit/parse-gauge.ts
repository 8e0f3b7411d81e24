import type { GaugeRule } from '../spec/limit.ts';
import { checkGauge } from './check-gauge.ts';
import { scaleDecimal } from './decimal.ts';
import { found } from './limit-hints.ts';
import type { LimitReader, LimitToken } from './limit-tokens.ts';

/** Reads `cpu < 80%` and `cpu < 80%, resume 70%`; `undefined` for what is no limit on a gauge. Throws `ConfigError` (`config.limit`). */
export function readGauge(reader: LimitReader): GaugeRule | undefined {
  if (reader.peek().kind !== 'word') return undefined;
  const name = reader.takeText(/^(?!unlimited\b)[A-Za-z][\w-]*(?=\s*(?:<|below\b|.*%))/i);
  if (name === undefined) return undefined;
  if (reader.take('<', 'below') === undefined) {
    const sign = reader.peek();
    throw reader.wrong(sign, `expected "<" and a percentage such as 80%, ${found(sign)}`);
  }
  const below = readPercent(reader);
  const resume = reader.take(',') === undefined ? undefined : readResume(reader);
  const rest = reader.next();
  if (rest.kind !== 'end') {
    throw reader.wrong(rest, `expected the end or ", resume 70%", ${found(rest)}`);
  }
  const rule: GaugeRule = {
    gauge: name.text,
    below: below.value,
    ...(resume === undefined ? {} : { resume: resume.value }),
  };
  const problem = checkGauge(rule);
  if (problem === undefined) return rule;
  const places = { gauge: name, below: below.at, resume: resume?.at };
  throw reader.wrong(places[problem.field] ?? name, problem.message);
}

function readResume(reader: LimitReader): { readonly value: number; readonly at: LimitToken } {
  const word = reader.next();
  if (word.text.toLowerCase() !== 'resume') {
    throw reader.wrong(word, `expected "resume" and a percentage after the comma, ${found(word)}`);
  }
  return readPercent(reader);
}

function readPercent(reader: LimitReader): { readonly value: number; readonly at: LimitToken } {
  const at = reader.next();
  if (at.kind !== 'number') {
    throw reader.wrong(at, `expected a percentage such as 80%, ${found(at)}`);
  }
  const sign = reader.next();
  if (sign.text !== '%') {
    throw reader.wrong(sign, `expected "%" behind ${at.text}, ${found(sign)}`);
  }
  return { value: scaleDecimal(at.text, -2), at };
}
