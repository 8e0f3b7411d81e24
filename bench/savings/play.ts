import { estimateTokens, textTokens } from '@overseer/core/plugin';
import { learnFrom } from '../routing/methods.ts';
import type { Row } from '../routing/rows.ts';
import type { Outcome } from './equal-quality.ts';
import { requestFor, wholeRequestFor } from './question-prompt.ts';
import { callOf, type Spent, USD_PER_MILLION } from './spent.ts';

/** One question, answered as a setting says. */
export interface Played {
  readonly row: Row;
  readonly outcome: Outcome;
  /** What it took. */
  readonly spent: Spent;
  /** What the strong model alone takes. */
  readonly instead: Spent;
}

/** Plays the same questions at any setting, with prompts that say everything or only what is of use. */
export type Player = (setting: number, prompts: Prompts) => readonly Played[];

/** `whole` prompts are what the strong model alone is measured by, whatever is played. */
export type Prompts = 'whole' | 'compact';

/** The strong model alone. */
export function strongPlayer(rows: readonly Row[]): Player {
  return (_setting, prompts) =>
    rows.map((row) =>
      playedOf(row, true, callOf('strong', tokensOf(row, row.strongResponse, prompts))),
    );
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
    const tokens = tokensOf(row, undefined);
    const extraUsd = usdOf('strong', tokens) - usdOf('weak', tokens);
    return { row, gain: (strong?.quality ?? 0) - (weak?.quality ?? 0), extraUsd };
  });
  return (costWeight, prompts) =>
    gains.map(({ row, gain, extraUsd }) => {
      const isStrong = gain > costWeight * extraUsd;
      const spent = isStrong
        ? callOf('strong', tokensOf(row, row.strongResponse, prompts))
        : callOf('weak', tokensOf(row, row.weakResponse, prompts));
      return playedOf(row, isStrong, spent);
    });
}

function playedOf(row: Row, isStrong: boolean, spent: Spent): Played {
  const { prompt, strong, weak } = row;
  return {
    row,
    outcome: { question: prompt, right: isStrong ? strong : weak, strong },
    spent,
    instead: callOf('strong', tokensOf(row, row.strongResponse)),
  };
}

function usdOf(model: 'strong' | 'weak', tokens: number): number {
  return (tokens * USD_PER_MILLION[model]) / 1e6;
}

/** Prompt and answer together; where the data has no answer it is one letter. */
function tokensOf(row: Row, answer = 'A', prompts: Prompts = 'whole'): number {
  const request = prompts === 'whole' ? wholeRequestFor(row) : requestFor(row);
  return estimateTokens(request) + textTokens(answer);
}
