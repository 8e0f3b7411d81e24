import type { EvalFigure, EvalReport, EvalSetting, EvalWork } from '../harness/eval-work.ts';
import { playBandit } from '../routing/bandit.ts';
import { brier, brierOfBaseRate, calibrationError, type Told } from '../routing/calibration.ts';
import {
  cascade,
  learned,
  learnedWithoutKind,
  learnFrom,
  length,
  type Method,
  random,
} from '../routing/methods.ts';
import { judgeRouter, mean } from '../routing/protocol.ts';
import { regrade } from '../routing/regrade.ts';
import { dataFiles, nameOf, type Row, readRows, split, splitByKind } from '../routing/rows.ts';

const SEEDS: readonly number[] = [1, 2, 3, 4, 5];
/** Labels that are learned from: what the published routers had, and fewer where the data is small. */
const MANY_LABELS = 1_500;
const FEW_LABELS = 400;
/** Data sets with fewer rows than this are small. */
const SMALL = 3_000;
const BUDGETS: readonly number[] = [25, 50, 75];

/** How well the router sends questions to a strong or a weak model, by RouteLLM's protocol. */
export const work: EvalWork = {
  summary:
    'which questions need the strong model: APGR, calls for 20, 50 and 80 % of the gap, calibration',
  evaluate: evaluateRouting,
};

async function evaluateRouting({ data, progress }: EvalSetting): Promise<EvalReport> {
  const files = dataFiles(data);
  const reports = files.map((file) => {
    progress(`routing: ${nameOf(file)}`);
    return evaluateFile(file, files.length > 1 ? `${nameOf(file)}/` : '');
  });
  return {
    figures: reports.flatMap(({ figures }) => figures),
    notes: [...reports.flatMap(({ notes }) => notes), ...CAVEATS],
  };
}

const CAVEATS: readonly string[] = [
  'The labels that methods learn from are a random part of the test set itself, parted by hash; means over 5 seeds.',
  'Both models are of 2023 and 2024; what is told here of them says little of others.',
  'What was learned hardly carries over to subjects that were never seen: `learned-unseen` is tested on those alone, and so is `length-unseen`.',
  '`learned` knows the kind of each question where the data tells a subject, as tasks have a kind; `learned-no-kind` and the published routers see the question alone (published on MMLU: 0.603).',
  '`cascade` pays for the weak answer of every question; calls counted are those to the strong model. Its features were chosen on the half of GSM8K that lies in the shared data.',
];

function evaluateFile(file: string, prefix: string): EvalReport {
  const { rows, strong, weak } = regrade(readRows(file));
  const name = nameOf(file);
  const labels = rows.length < SMALL ? FEW_LABELS : MANY_LABELS;
  if (rows.length < FEW_LABELS + 50) throw new Error(`${file} has too few rows (${rows.length}).`);
  const hasKinds = new Set(rows.map(({ kind }) => kind)).size > 1;
  const hasAnswers = rows.every(({ weakResponse }) => weakResponse !== undefined);
  const methods: readonly (readonly [string, Method])[] = [
    ['random', random],
    ['length', length],
    ['learned', learned],
    ...(hasKinds ? [['learned-no-kind', learnedWithoutKind] as const] : []),
    ...(hasAnswers ? [['cascade', cascade] as const] : []),
  ];
  const figures = [
    ...methods.flatMap(([method, score]) => routeFigures(name, method, score, rows, labels)),
    ...calibrationFigures(rows, labels),
    ...(hasKinds ? unseenFigures(rows, labels) : []),
    ...(hasKinds ? BUDGETS.flatMap((budget) => banditFigures(rows, budget)) : []),
  ];
  const regraded =
    strong + weak === 0
      ? ''
      : `; ${strong} grades of the strong and ${weak} of the weak model were put right as numbers`;
  return {
    figures: figures.map((one) => ({ ...one, subject: `${prefix}${one.subject ?? ''}` })),
    notes: [`${name}: ${rows.length} questions, ${labels} labels${regraded}.`],
  };
}

/** The bars, by data and method. */
const BARS: ReadonlyMap<string, number> = new Map([
  ['mmlu/learned', 0.64],
  ['gsm8k/cascade', 0.75],
]);

function routeFigures(
  name: string,
  subject: string,
  method: Method,
  rows: readonly Row[],
  labels: number,
): readonly EvalFigure[] {
  const judged = SEEDS.map((seed) => {
    const { train, test } = split(rows, labels, seed);
    return judgeRouter(method(train, test, seed), test);
  });
  const n = rows.length - labels;
  const bar = BARS.get(`${name}/${subject}`);
  return [
    {
      subject,
      metric: 'apgr',
      unit: 'share of the gap',
      value: mean(judged.map(({ apgr }) => apgr)),
      ...(bar === undefined ? {} : { atLeast: bar }),
      n,
    },
    ...(['cpt20', 'cpt50', 'cpt80', 'callsAtEqual'] as const).map((metric) => ({
      subject,
      metric,
      unit: '% of calls',
      value: mean(judged.map((one) => one[metric])),
      n,
    })),
  ];
}

/** How much of it is left on kinds of question that were never seen. */
function unseenFigures(rows: readonly Row[], labels: number): readonly EvalFigure[] {
  const parts = SEEDS.map((seed) => ({ seed, ...splitByKind(rows, labels, seed) }));
  const n = Math.round(mean(parts.map(({ test }) => test.length)));
  const judged = (method: Method): number =>
    mean(parts.map(({ seed, train, test }) => judgeRouter(method(train, test, seed), test).apgr));
  return [['learned-unseen', learned] as const, ['length-unseen', length] as const].map(
    ([subject, method]) => ({
      subject,
      metric: 'apgr',
      unit: 'share of the gap',
      value: judged(method),
      n,
    }),
  );
}

/** How well chances told before a call agree with what came of it, on questions not learned from. */
function calibrationFigures(rows: readonly Row[], labels: number): readonly EvalFigure[] {
  const told = SEEDS.map((seed) => toldOf(rows, labels, seed));
  const n = told[0]?.length ?? 0;
  const subject = 'learned';
  const error = mean(told.map(calibrationError));
  const relative = mean(told.map((one) => brier(one) / brierOfBaseRate(one)));
  return [
    { subject, metric: 'ece', unit: 'share', value: error, atMost: 0.05, n },
    { subject, metric: 'brierToBaseRate', unit: 'ratio', value: relative, atMost: 1, n },
  ];
}

function toldOf(rows: readonly Row[], labels: number, seed: number): readonly Told[] {
  const { train, test } = split(rows, labels, seed);
  const quality = learnFrom(train, ({ kind }) => kind);
  return test.flatMap(({ prompt, kind, strong, weak }) => {
    const [ofStrong, ofWeak] = quality.predict(['strong', 'weak'], { kind, text: prompt });
    return [
      { chance: ofStrong?.quality ?? 0, happened: strong },
      { chance: ofWeak?.quality ?? 0, happened: weak },
    ];
  });
}

/** Three quarters leave chance little to lose, so that only the others have a bar. */
function banditFigures(rows: readonly Row[], budget: number): readonly EvalFigure[] {
  const played = SEEDS.map((seed) => playBandit(split(rows, 0, seed).test, budget / 100, seed));
  const gain = mean(played.map(({ right, chance }) => 100 * (right - chance)));
  const off = Math.max(...played.map(({ strong }) => Math.abs(100 * strong - budget)));
  const subject = 'bandit';
  const n = rows.length;
  return [
    {
      subject,
      metric: `gain${budget}`,
      unit: 'points above chance',
      value: gain,
      ...(budget < 75 ? { atLeast: 1.5 } : {}),
      n,
    },
    { subject, metric: `budgetOff${budget}`, unit: 'points', value: off, atMost: 0.5, n },
  ];
}
