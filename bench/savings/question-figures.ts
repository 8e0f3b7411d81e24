import type { EvalFigure, EvalReport } from '../harness/eval-work.ts';
import { regrade } from '../routing/regrade.ts';
import { nameOf, type Row, readRows, split } from '../routing/rows.ts';
import { answeredBefore } from './cached-questions.ts';
import { cascadeBalance, heldSetting, routerBalance } from './held-setting.ts';
import { keepsQuality, type Lever, leverFigures, savedFigures } from './lever.ts';
import { overseerPlay } from './overseer-play.ts';
import { oraclePlay, type Played, routerPlayer, strongPlay, weakPlay } from './play.ts';
import { promptFigures } from './prompt-figures.ts';
import { nothing } from './spent.ts';

const SEEDS: readonly number[] = [1, 2, 3, 4, 5];
/** Labels that are learned from, as in the evaluation of routing. */
const MANY_LABELS = 1_500;
const FEW_LABELS = 400;
/** Data sets with fewer rows than this are small. */
const SMALL = 3_000;
/** Settings of `leastDoubt`, most saving first; 0.08 is the product's default. */
const LEAST_DOUBTS: readonly number[] = [0.25, 0.16, 0.12, 0.1, 0.08, 0.05];
/** Settings of `costWeight`, most saving first; a call of these questions costs about half a cent more by the strong model. */
const COST_WEIGHTS: readonly number[] = [30, 20, 15, 10, 8, 6, 4, 2];
/** What the requirement asks for. */
const LEAST_SAVED = 30;

interface Parting {
  readonly train: readonly Row[];
  readonly test: readonly Row[];
}

/** What each lever saves on one file of questions, each beside the same without it, and all together beside a plain team. */
export async function questionFigures(file: string): Promise<EvalReport> {
  const { rows } = regrade(readRows(file));
  const name = nameOf(file);
  const labels = rows.length < SMALL ? FEW_LABELS : MANY_LABELS;
  if (rows.length < FEW_LABELS + 50) throw new Error(`${file} has too few rows (${rows.length}).`);
  const partings = SEEDS.map((seed) => split(rows, labels, seed));
  const hasAnswers = rows.every(({ weakResponse }) => weakResponse !== undefined);
  const router = routers(partings);
  const cascade = hasAnswers ? await cascades(partings) : undefined;
  const checked: Lever = {
    subject: 'cascade-checked',
    played: [await overseerPlay([], rows, { check: 'graded' })],
  };
  const held = [router.held, ...(cascade === undefined ? [] : [cascade.held])];
  const levers = [...router.fixed, ...(cascade?.fixed ?? []), ...held];
  const together = held.map(withCache);
  const figures = [
    ...savedFigures('compact-prompts', strongPlay(rows), 'plain', rows.length),
    ...cacheFigures(rows),
    ...promptFigures(rows),
    ...levers.flatMap((lever) => leverFigures(lever, 'alone')),
    ...leverFigures(checked, 'alone'),
    ...leverFigures({ subject: 'weak-alone', played: [weakPlay(rows)] }, 'alone'),
    ...leverFigures({ subject: 'oracle', played: [oraclePlay(rows)] }, 'alone'),
    ...together.flatMap((lever) => leverFigures(lever, 'plain')),
    ...leverFigures(withCache(checked), 'plain', LEAST_SAVED),
  ];
  return {
    figures: figures.map((one) => ({ ...one, subject: `${name}/${one.subject ?? ''}` })),
    notes: [
      `${name}: ${rows.length} questions, ${labels} labels.`,
      `${name}: settings held to the labels, by parting: ${[router, cascade].flatMap((one) => (one === undefined ? [] : [`${one.held.subject} ${one.settings.join(', ')}`])).join('; ')}.`,
      `${name}: of the fixed settings that keep the quality, most is saved by ${bestOf(cascade?.fixed) ?? 'no cascade'} and ${bestOf(router.fixed) ?? 'no router'}.`,
    ],
  };
}

/** One way to save at several settings: those that are the same in all partings, and the one that each parting's labels bear out. */
interface Settings {
  readonly fixed: readonly Lever[];
  readonly held: Lever;
  /** What was held, by parting. */
  readonly settings: readonly string[];
}

function routers(partings: readonly Parting[]): Settings {
  const players = partings.map(({ train, test }) => routerPlayer(train, test));
  const held = partings.map(({ train }) => heldSetting(COST_WEIGHTS, routerBalance(train)));
  return {
    fixed: COST_WEIGHTS.map((setting) => ({
      subject: `router-${setting}`,
      played: players.map((player) => player(setting)),
    })),
    held: {
      subject: 'router-held',
      played: partings.map(({ test }, at) => {
        const setting = held[at];
        return setting === undefined ? strongPlay(test) : (players[at]?.(setting) ?? []);
      }),
    },
    settings: held.map((setting) => String(setting ?? 'none')),
  };
}

/** Cascades of the product, with the check of sums. */
async function cascades(partings: readonly Parting[]): Promise<Settings> {
  const fixed: Lever[] = [];
  for (const leastDoubt of LEAST_DOUBTS) {
    const played: (readonly Played[])[] = [];
    for (const { train, test } of partings) {
      played.push(await overseerPlay(train, test, { leastDoubt, check: 'arithmetic' }));
    }
    fixed.push({ subject: `cascade-${leastDoubt}`, played });
  }
  const held = partings.map(({ train }) => heldSetting(LEAST_DOUBTS, cascadeBalance(train)));
  return {
    fixed,
    held: {
      subject: 'cascade-held',
      played: partings.map(({ test }, at) => {
        const setting = held[at];
        const lever = setting === undefined ? undefined : fixed[LEAST_DOUBTS.indexOf(setting)];
        return lever?.played[at] ?? strongPlay(test);
      }),
    },
    settings: held.map((setting) => String(setting ?? 'none')),
  };
}

/** The first of those that keep the quality; they stand in the order of what they save. */
function bestOf(levers: readonly Lever[] | undefined): string | undefined {
  return levers?.find(keepsQuality)?.subject;
}

/** The same without the calls that the cache answers. */
function withCache({ subject, played }: Lever): Lever {
  return { subject: `${subject}-together`, played: played.map(cached) };
}

function cached(played: readonly Played[]): readonly Played[] {
  const before = answeredBefore(played.map(({ row }) => row));
  return played.map((one, at) => (before[at] === true ? { ...one, spent: nothing } : one));
}

/** The whole set, each question asked once in the order of the file. */
function cacheFigures(rows: readonly Row[]): readonly EvalFigure[] {
  const played = cached(strongPlay(rows));
  const n = rows.length;
  const repeats = (100 * played.filter(({ spent }) => spent === nothing).length) / n;
  return [
    { subject: 'cache', metric: 'repeats', unit: '% of questions', value: repeats, n },
    ...savedFigures('cache', played, 'alone', n),
  ];
}
