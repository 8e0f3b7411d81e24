import { estimateTokens, textTokens } from '@overseer/core/plugin';
import type { ModelRequest } from '@overseer/core/spec';
import { learnFrom } from '../routing/methods.ts';
import type { Row } from '../routing/rows.ts';
import type { Outcome } from './equal-quality.ts';
import { plainRequestFor } from './plain-prompt.ts';
import { requestFor } from './question-prompt.ts';
import { callOf, type Spent, USD_PER_MILLION } from './spent.ts';

/** One question, answered as a setting says. */
export interface Played {
  readonly row: Row;
  readonly outcome: Outcome;
  /** What it took. */
  readonly spent: Spent;
  /** What the strong model alone takes, with the prompts that the product has now. */
  readonly alone: Spent;
  /** What a plain team takes: the strong model alone, with all that prompts said before. */
  readonly plain: Spent;
}

/** Plays the same questions at any setting. */
export type Player = (setting: number) => readonly Played[];

type Side = 'strong' | 'weak';

/** The strong model alone. */
export function strongPlay(rows: readonly Row[]): readonly Played[] {
  return rows.map((row) => answeredBy('strong', row));
}

/** The weak model alone. */
export function weakPlay(rows: readonly Row[]): readonly Played[] {
  return rows.map((row) => answeredBy('weak', row));
}

/** Somebody who knows the grades beforehand: the strong model where it alone is right. */
export function oraclePlay(rows: readonly Row[]): readonly Played[] {
  return rows.map((row) => answeredBy(row.strong && !row.weak ? 'strong' : 'weak', row));
}

/**
 * One model or the other, by what is predicted before any call; the setting is `costWeight`, the advantage that a dollar
 * must buy, as the mode `score` has it.
 */
export function routerPlayer(train: readonly Row[], test: readonly Row[]): Player {
  const quality = learnFrom(train, ({ kind }) => kind);
  const gains = test.map((row) => {
    const difficulty = { kind: row.kind, text: row.prompt };
    const [strong, weak] = quality.predict(['strong', 'weak'], difficulty);
    const tokens = tokensOf(requestFor(row), undefined);
    const extraUsd = usdOf('strong', tokens) - usdOf('weak', tokens);
    return { row, gain: (strong?.quality ?? 0) - (weak?.quality ?? 0), extraUsd };
  });
  return (costWeight) =>
    gains.map(({ row, gain, extraUsd }) =>
      answeredBy(gain > costWeight * extraUsd ? 'strong' : 'weak', row),
    );
}

/** What the strong model alone takes for a question, now and as a plain team. */
export function strongAlone(row: Row): Pick<Played, 'alone' | 'plain'> {
  return {
    alone: callOf('strong', tokensOf(requestFor(row), row.strongResponse)),
    plain: callOf('strong', tokensOf(plainRequestFor(row), row.strongResponse)),
  };
}

function answeredBy(side: Side, row: Row): Played {
  const answer = side === 'strong' ? row.strongResponse : row.weakResponse;
  return {
    row,
    outcome: { question: row.prompt, right: row[side], strong: row.strong },
    spent: callOf(side, tokensOf(requestFor(row), answer)),
    ...strongAlone(row),
  };
}

function usdOf(side: Side, tokens: number): number {
  return (tokens * USD_PER_MILLION[side]) / 1e6;
}

/** Prompt and answer together; where the data has no answer it is one letter. */
function tokensOf(request: ModelRequest, answer = 'A'): number {
  return estimateTokens(request) + textTokens(answer);
}
