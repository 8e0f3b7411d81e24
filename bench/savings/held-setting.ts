import { equationsIn } from '../../packages/core/src/route/equations.ts';
import { EscalationGain, viewAnswer } from '../../packages/core/src/route/escalation-gain.ts';
import type { Row } from '../routing/rows.ts';
import { routerPlayer } from './play.ts';

/** Parts of the labelled questions, each of which is tried by what was learned of the others. */
const FOLDS = 5;

/** Questions right at a setting, less those that the strong model alone gets right. */
type Balance = (setting: number) => number;

/**
 * The setting that saves most of those at which no labelled question is lost on balance: found on the labels alone, as
 * somebody could who has them. `settings` stand with what saves most first. `undefined` where each loses some.
 */
export function heldSetting(settings: readonly number[], balance: Balance): number | undefined {
  return settings.find((setting) => balance(setting) >= 0);
}

/** How a router does on labelled questions, each predicted by what was learned of others. */
export function routerBalance(train: readonly Row[]): Balance {
  const players = foldsOf(train).map(({ known, tried }) => routerPlayer(known, tried));
  return (setting) =>
    players
      .flatMap((player) => player(setting))
      .reduce((sum, { outcome }) => sum + Number(outcome.right) - Number(outcome.strong), 0);
}

/** The same of a cascade: the strong model where a sum of the weak one's answer is wrong, or its answer doubtful. */
export function cascadeBalance(train: readonly Row[]): Balance {
  const tried = foldsOf(train).flatMap(({ known, tried: rows }) => {
    const gains = new EscalationGain();
    for (const row of known) {
      gains.note({ ...viewOf(row), gain: Number(row.strong) - Number(row.weak) });
    }
    return rows.map((row) => ({ row, gain: gains.predict(viewOf(row)) ?? 1 }));
  });
  const kept = (leastDoubt: number) =>
    tried.filter(
      ({ row, gain }) =>
        gain <= leastDoubt && equationsIn(row.weakResponse ?? '').every(({ holds }) => holds),
    );
  return (setting) =>
    kept(setting).reduce((sum, { row }) => sum + Number(row.weak) - Number(row.strong), 0);
}

function foldsOf(
  rows: readonly Row[],
): readonly { readonly known: readonly Row[]; readonly tried: readonly Row[] }[] {
  return Array.from({ length: FOLDS }, (_, fold) => ({
    known: rows.filter((_row, at) => at % FOLDS !== fold),
    tried: rows.filter((_row, at) => at % FOLDS === fold),
  }));
}

function viewOf({ prompt, weakResponse = '' }: Row): ReturnType<typeof viewAnswer> {
  return viewAnswer({ task: prompt, answer: weakResponse });
}
