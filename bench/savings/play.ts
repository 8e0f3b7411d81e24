import { estimateTokens, textTokens } from '@overseer/core/plugin';
import { learnFrom } from '../routing/methods.ts';
import type { Row } from '../routing/rows.ts';
import { Cascade, decide } from './cascade-play.ts';
import type { Outcome } from './equal-quality.ts';
import { requestFor, wholeRequestFor } from './question-prompt.ts';
import { callOf, type Spent, sumOf, USD_PER_MILLION } from './spent.ts';

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

/** The weak model first, its sums checked and its answers doubted; the setting is `leastDoubt`. */
export async function cascadePlayer(train: readonly Row[], test: readonly Row[]): Promise<Player> {
  const cascade = new Cascade(train);
  // The product holds for a call what its input is and what nine of ten outputs of before came to.
  const outputs = train.map(({ strongResponse = 'A' }) => textTokens(strongResponse));
  const usualOutput = outputs.sort((a, b) => a - b)[Math.floor(0.9 * outputs.length)] ?? 1;
  const views = await Promise.all(
    test.map(async (row) => {
      // What the strong model would answer is not known when it is asked.
      const tokens = tokensOf(row, undefined) + usualOutput;
      const usd = { weak: usdOf('weak', tokens), strong: usdOf('strong', tokens) };
      return { row, viewed: await cascade.view(row, usd) };
    }),
  );
  return (leastDoubt, prompts) =>
    views.map(({ row, viewed }) => {
      const { goesUp, findings } = decide(viewed, leastDoubt);
      const first = callOf('weak', tokensOf(row, row.weakResponse, prompts));
      const refused = { answer: row.weakResponse ?? '', because: 'arithmetic failed', findings };
      const told = findings.length === 0 ? [] : [refused];
      const second = callOf('strong', tokensOf(row, row.strongResponse, prompts, told));
      return playedOf(row, goesUp, goesUp ? sumOf([first, second]) : first);
    });
}

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
function tokensOf(
  row: Row,
  answer = 'A',
  prompts: Prompts = 'whole',
  history: Parameters<typeof requestFor>[1] = [],
): number {
  const request = prompts === 'whole' ? wholeRequestFor(row, history) : requestFor(row, history);
  return estimateTokens(request) + textTokens(answer);
}
