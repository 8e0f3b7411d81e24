import { afterDoubt, afterRefusal, type Rung } from '../../packages/core/src/route/cascade.ts';
import { EscalationGain, viewAnswer } from '../../packages/core/src/route/escalation-gain.ts';
import type { LearnedQuality, Prediction } from '../../packages/core/src/route/learned-quality.ts';
import type { Finding } from '../../packages/core/src/spec/validator.ts';
import { arithmeticValidator } from '../../packages/core/src/validate/arithmetic.ts';
import { learnFrom } from '../routing/methods.ts';
import type { Row } from '../routing/rows.ts';
import { taskOf } from './question-prompt.ts';

/** What the product makes of a question in a cascade. */
export interface Decision {
  /** The weak answer was given on to the strong model. */
  readonly goesUp: boolean;
  /** What the check found in the weak answer, where it refused it. */
  readonly findings: readonly Finding[];
}

/** The chance that one US dollar must buy: the product's default. */
const LAMBDA = 1;
/** What the product believes of repairs before any outcome tells. */
const OWN_REPAIR = 0.6;
const OTHERS_REPAIR = 0.85;

/** A cascade that learned from labelled rows: the weak model answers first, its sums are checked, and what passes may be doubted. */
export class Cascade {
  readonly #gains = new EscalationGain();
  readonly #quality: LearnedQuality;

  constructor(train: readonly Row[]) {
    this.#quality = learnFrom(train, ({ kind }) => kind);
    for (const row of train) {
      this.#gains.note({ ...viewOf(row), gain: Number(row.strong) - Number(row.weak) });
    }
  }

  /** What can be known of a question before the setting says how much doubt is too much. */
  async view(row: Row, usd: { readonly weak: number; readonly strong: number }): Promise<Viewed> {
    const difficulty = { kind: row.kind, text: row.prompt };
    const [strong, weak] = this.#quality.predict(['strong', 'weak'], difficulty);
    return {
      findings: await findingsIn(row),
      gain: this.#gains.predict(viewOf(row)) ?? 0,
      weak: rungOf('weak', weak, usd.weak),
      strong: rungOf('strong', strong, usd.strong),
    };
  }
}

/** A weak answer with all that a decision rests on. */
export interface Viewed {
  readonly findings: readonly Finding[];
  readonly gain: number;
  readonly weak: Rung;
  readonly strong: Rung;
}

/** The product's decision at this setting of `leastDoubt`. */
export function decide({ findings, gain, weak, strong }: Viewed, leastDoubt: number): Decision {
  const escalation =
    findings.length > 0
      ? afterRefusal(
          { ...weak, quality: weak.quality * OWN_REPAIR },
          [{ ...strong, quality: strong.quality * OTHERS_REPAIR }],
          LAMBDA,
        )
      : afterDoubt(weak, gain, [strong], LAMBDA, leastDoubt);
  return { goesUp: escalation.kind === 'escalate', findings };
}

/** What the check of sums finds in the weak answer. */
async function findingsIn(row: Row): Promise<readonly Finding[]> {
  const verdict = await arithmeticValidator.validate(
    { text: row.weakResponse ?? '', parts: [] },
    { task: taskOf(row), signal: new AbortController().signal, changed: [], value: undefined },
  );
  return verdict.kind === 'fail' ? verdict.findings : [];
}

/** As the product has it: similar tasks are in the gain already. */
function rungOf(name: string, told: Prediction | undefined, priceUsd: number): Rung {
  return { name, quality: (told?.usual ?? 0) + (told?.byKind ?? 0), priceUsd };
}

function viewOf({ prompt, weakResponse = '' }: Row): ReturnType<typeof viewAnswer> {
  return viewAnswer({ task: prompt, answer: weakResponse });
}
