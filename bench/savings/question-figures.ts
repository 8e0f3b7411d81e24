import type { EvalFigure, EvalReport } from '../harness/eval-work.ts';
import { regrade } from '../routing/regrade.ts';
import { nameOf, type Row, readRows, split } from '../routing/rows.ts';
import { answeredBefore } from './cached-questions.ts';
import { isEqual, pairedLoss } from './equal-quality.ts';
import { overseerPlay } from './overseer-play.ts';
import { type Played, type Player, routerPlayer, strongPlayer } from './play.ts';
import { requestFor } from './question-prompt.ts';
import { historyUse } from './repeated-history.ts';
import { prefixUse } from './shared-prefix.ts';
import { nothing, type Spent, savedOf, sumOf } from './spent.ts';

const SEEDS: readonly number[] = [1, 2, 3, 4, 5];
/** Labels that are learned from, as in the evaluation of routing. */
const MANY_LABELS = 1_500;
const FEW_LABELS = 400;
/** Data sets with fewer rows than this are small. */
const SMALL = 3_000;
/** Settings of `leastDoubt`, most saving first; 0.08 is the product's default. */
const LEAST_DOUBTS: readonly number[] = [0.25, 0.16, 0.12, 0.1, 0.08, 0.05];
/** Settings of `costWeight`, most saving first; a call of these questions costs about half a cent more by the strong model. */
const COST_WEIGHTS: readonly number[] = [30, 15, 10, 9, 8, 7, 4];
/** What the requirement asks for. */
const LEAST_SAVED = 30;

/** What each lever saves on one file of questions. */
export async function questionFigures(file: string): Promise<EvalReport> {
  const { rows } = regrade(readRows(file));
  const name = nameOf(file);
  const labels = rows.length < SMALL ? FEW_LABELS : MANY_LABELS;
  if (rows.length < FEW_LABELS + 50) throw new Error(`${file} has too few rows (${rows.length}).`);
  const parts = SEEDS.map((seed) => split(rows, labels, seed));
  const hasAnswers = rows.every(({ weakResponse }) => weakResponse !== undefined);
  const routers = parts.map(({ train, test }) => routerPlayer(train, test));
  const router = levers('router', COST_WEIGHTS, routers);
  const cascade = hasAnswers ? await cascades(parts) : [];
  const best = { router: bestOf(router), cascade: bestOf(cascade) };
  const together =
    best.router === undefined
      ? []
      : [
          togetherOf(
            best.router,
            parts.map(({ test }) => test),
          ),
        ];
  const figures = [
    ...[...router, ...cascade].flatMap((lever) => leverFigures(lever)),
    ...cacheFigures(rows),
    ...promptFigures(rows),
    ...together.flatMap((lever) => leverFigures(lever)),
    ...leverFigures({ subject: 'cascade-checked', played: [await checked(rows)] }, LEAST_SAVED),
  ];
  return {
    figures: figures.map((one) => ({ ...one, subject: `${name}/${one.subject ?? ''}` })),
    notes: [
      `${name}: ${rows.length} questions, ${labels} labels.`,
      `${name}: of those that keep the quality, most is saved by ${best.cascade?.subject ?? 'no cascade'} and ${best.router?.subject ?? 'no router'}; \`router-together\` is the latter with compact prompts and the cache.`,
    ],
  };
}

/** Cascades of the product, with prompts as it has them. */
async function cascades(
  parts: readonly { readonly train: readonly Row[]; readonly test: readonly Row[] }[],
): Promise<readonly Lever[]> {
  const all: Lever[] = [];
  for (const leastDoubt of LEAST_DOUBTS) {
    const played: (readonly Played[])[] = [];
    for (const { train, test } of parts) {
      played.push(await overseerPlay(train, test, { leastDoubt, check: 'arithmetic' }));
    }
    all.push({ subject: `cascade-${leastDoubt}`, played });
  }
  return all;
}

/** The same where a check tells right from wrong: nothing has to be learned. */
async function checked(rows: readonly Row[]): Promise<readonly Played[]> {
  return await overseerPlay([], rows, { check: 'graded' });
}

interface Lever {
  readonly subject: string;
  /** By parting. */
  readonly played: readonly (readonly Played[])[];
}

/** A lever that can be played anew with compact prompts. */
interface Replayable extends Lever {
  readonly setting: number;
  readonly players: readonly Player[];
}

function levers(
  name: string,
  settings: readonly number[],
  players: readonly Player[],
): readonly Replayable[] {
  return settings.map((setting) => ({
    subject: `${name}-${setting}`,
    setting,
    players,
    played: players.map((player) => player(setting, 'whole')),
  }));
}

/** The first of those that keep the quality; they stand in the order of what they save. */
function bestOf<T extends Lever>(all: readonly T[]): T | undefined {
  return all.find(({ played }) => isEqual(pairedLoss(played.flat().map(({ outcome }) => outcome))));
}

/** The same with compact prompts, and without the calls that the cache answers. */
function togetherOf({ setting, players }: Replayable, tests: readonly (readonly Row[])[]): Lever {
  const cached = tests.map(answeredBefore);
  return {
    subject: 'router-together',
    played: players.map((player, part) =>
      player(setting, 'compact').map((one, at) =>
        cached[part]?.[at] === true ? { ...one, spent: nothing } : one,
      ),
    ),
  };
}

function leverFigures({ subject, played }: Lever, leastSaved?: number): readonly EvalFigure[] {
  const all = played.flat();
  const { points, halfWidth, questions } = pairedLoss(all.map(({ outcome }) => outcome));
  const bar = leastSaved === undefined ? {} : { atMost: halfWidth };
  return [
    { subject, metric: 'loss', unit: 'points', value: points, n: questions, ...bar },
    { subject, metric: 'lossHalfInterval', unit: 'points', value: halfWidth, n: questions },
    ...savedFigures(subject, all, questions, leastSaved),
  ];
}

function savedFigures(
  subject: string,
  played: readonly { readonly spent: Spent; readonly instead: Spent }[],
  n: number,
  leastSaved?: number,
): readonly EvalFigure[] {
  const saved = savedOf(
    sumOf(played.map(({ spent }) => spent)),
    sumOf(played.map(({ instead }) => instead)),
  );
  const bar = leastSaved === undefined ? {} : { atLeast: leastSaved };
  return [
    { subject, metric: 'strongTokensSaved', unit: '%', value: saved.strong, n, ...bar },
    { subject, metric: 'usdSaved', unit: '%', value: saved.usd, n },
    { subject, metric: 'tokensSaved', unit: '%', value: saved.tokens, n },
  ];
}

/** The whole set, each question asked once in the order of the file. */
function cacheFigures(rows: readonly Row[]): readonly EvalFigure[] {
  const cached = answeredBefore(rows);
  const played = strongPlayer(rows)(0, 'whole').map((one, at) =>
    cached[at] === true ? { ...one, spent: nothing } : one,
  );
  const repeats = (100 * cached.filter(Boolean).length) / rows.length;
  return [
    { subject: 'cache', metric: 'repeats', unit: '% of questions', value: repeats, n: rows.length },
    ...savedFigures('cache', played, rows.length),
  ];
}

/** The prompts of these questions, one after the other, and of those that were refused. */
function promptFigures(rows: readonly Row[]): readonly EvalFigure[] {
  const { tokens, shared, cacheable } = prefixUse(rows.map((row) => requestFor(row)));
  const refused = rows.flatMap(({ weakResponse, strongResponse }) =>
    weakResponse === undefined || strongResponse === undefined
      ? []
      : [historyUse([weakResponse, strongResponse])],
  );
  const n = rows.length;
  const subject = 'prefix';
  const history =
    refused.length === 0
      ? []
      : [
          {
            subject: 'history',
            metric: 'tokensSaved',
            unit: '% of what is told of refused answers',
            value: 100 * (1 - total(refused, 'tokens') / total(refused, 'whole')),
            n: refused.length,
          },
        ];
  return [
    { subject, metric: 'shared', unit: '% of prompt tokens', value: (100 * shared) / tokens, n },
    {
      subject,
      metric: 'cacheable',
      unit: '% of prompt tokens',
      value: (100 * cacheable) / tokens,
      n,
    },
    ...savedFigures('compact-prompts', strongPlayer(rows)(0, 'compact'), n),
    ...history,
  ];
}

function total<Key extends string>(
  all: readonly Readonly<Record<Key, number>>[],
  key: Key,
): number {
  return all.reduce((sum, one) => sum + one[key], 0);
}
