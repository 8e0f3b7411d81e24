import {
  countScripts,
  ESTIMATE_ERROR,
  type Script,
} from '../../packages/core/src/call/estimate-error.ts';
import { textTokens } from '../../packages/core/src/call/estimate-tokens.ts';
import type { EvalFigure, EvalReport, EvalWork } from '../harness/eval-work.ts';
import { seeded } from '../harness/random.ts';
import { realTexts, type TextKind } from '../tokens/real-texts.ts';
import { VOCABULARIES, type Vocabulary } from '../tokens/vocabularies.ts';

const SAMPLES = 60;
const SEED = 12;

/** How far the estimate of tokens is from what tokenizers count, by the kind and language of the text. */
export const work: EvalWork = {
  summary: `what tokenizers count over the estimate, ${SAMPLES} texts of 2,000 characters of each kind; the bars are what code says of its estimates`,
  evaluate: () => evaluateTokens(SAMPLES),
};

/** Measures so many texts of each kind. */
export async function evaluateTokens(samples: number): Promise<EvalReport> {
  const kinds = realTexts(seeded(SEED), samples);
  const figures: EvalFigure[] = [];
  const ofScript = new Map<Script, number[]>();
  for (const kind of kinds) {
    const script = scriptOf(kind);
    for (const vocabulary of VOCABULARIES) {
      const ratios = await ratiosOf(kind, vocabulary);
      const subject = `${kind.name} (${script}), ${vocabulary.name}`;
      for (const [metric, share] of [
        ['least', 0.05],
        ['middle', 0.5],
        ['most', 0.95],
      ] as const) {
        figures.push({
          subject,
          metric,
          unit: 'of the estimate',
          value: at(ratios, share),
          n: samples,
        });
      }
      const off = Math.max(at(ratios, 0.95) - 1, 1 - at(ratios, 0.05));
      ofScript.set(script, [...(ofScript.get(script) ?? []), off]);
    }
  }
  for (const [script, offs] of ofScript) {
    figures.push({
      subject: script,
      metric: 'off at most, 19 of 20',
      unit: 'of the estimate',
      value: Math.max(...offs),
      atMost: ESTIMATE_ERROR[script],
      n: offs.length * samples,
    });
  }
  return { figures, notes: [] };
}

/** As code tells what a text is written in. */
function scriptOf({ texts }: TextKind): Script {
  const { ascii, ...others } = countScripts(texts.join('\n'));
  const [script = 'ascii', count = 0] =
    Object.entries(others).toSorted(([, a], [, b]) => b - a)[0] ?? [];
  if (count > ascii / 3) return script as Script;
  return others.latin > ascii * 0.003 ? 'latin' : 'ascii';
}

async function ratiosOf({ texts }: TextKind, { load }: Vocabulary): Promise<readonly number[]> {
  const { countTokens } = await load();
  return texts.map((text) => countTokens(text) / textTokens(text)).toSorted((a, b) => a - b);
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN;
}
