import { LEAST_DOUBT } from './routing-options.ts';
import { percent, usd } from './score.ts';

/** A model that a task could go to next. */
export interface Rung {
  readonly name: string;
  /** The chance that its answer will be accepted. */
  readonly quality: number;
  /** US dollars for one call; `undefined` where nobody told its price. */
  readonly priceUsd: number | undefined;
}

/** Below this chance a first answer is likelier a waste of time than a saving. */
const LIKELY_FAILURE = 0.2;

/**
 * The models that a cascade does not begin with, because that would cost more than it saves: a first answer pays if its
 * price is less than what it saves of the next better model's, which is that price as often as the answer is accepted.
 * `rungs` are those of which enough is known, cheapest first. Pure.
 */
export function notWorthBeginning(rungs: readonly Rung[]): ReadonlySet<string> {
  return new Set(
    rungs.flatMap(({ name, quality, priceUsd }, at) => {
      const next = rungs.slice(at + 1).find((rung) => rung.quality > quality);
      if (next?.priceUsd === undefined || priceUsd === undefined) return [];
      const isWaste = priceUsd > quality * next.priceUsd || quality < LIKELY_FAILURE;
      return isWaste ? [name] : [];
    }),
  );
}

/** Where a task goes after an answer that was refused or is in doubt. */
export type Escalation =
  | { readonly kind: 'escalate'; readonly to: string; readonly because: string }
  | { readonly kind: 'stay'; readonly because: string };

/**
 * After a refusal: whether a better model takes over or the same one repairs its answer. A model takes over where what it
 * adds to the chance of success is worth more than what it costs more; of several, the cheapest. `lambda` is the chance
 * of success that one US dollar must buy. Pure.
 */
export function afterRefusal(refused: Rung, others: readonly Rung[], lambda: number): Escalation {
  const own = refused.priceUsd ?? 0;
  for (const rung of byPrice(others)) {
    const gain = rung.quality - refused.quality;
    const extra = Math.max(0, (rung.priceUsd ?? 0) - own);
    if (gain <= 0 || gain <= lambda * extra) continue;
    return {
      kind: 'escalate',
      to: rung.name,
      because: `${refused.name} was refused and repairs ${percent(refused.quality)} of such; ${rung.name} succeeds with ${percent(rung.quality)} for ${usd(extra)} more`,
    };
  }
  const best = byQuality(others)[0];
  return {
    kind: 'stay',
    because:
      best === undefined
        ? `${refused.name} repairs its answer: there is nobody else`
        : `${refused.name} repairs its answer (${percent(refused.quality)}): ${best.name} (${percent(best.quality)}) is not worth its price`,
  };
}

/**
 * After an answer that passed its checks: whether a better model should give one as well, because what can be seen of
 * this one makes it doubtful. `gain` is the chance that the better one is right where this one is not, and below
 * `leastDoubt` nobody is asked. Pure.
 */
export function afterDoubt(
  doubted: Rung,
  gain: number,
  others: readonly Rung[],
  lambda: number,
  leastDoubt: number = LEAST_DOUBT,
): Escalation {
  const better = others.filter(({ quality }) => quality > doubted.quality);
  for (const rung of byPrice(better)) {
    if (rung.priceUsd === undefined || gain <= lambda * rung.priceUsd || gain <= leastDoubt) {
      continue;
    }
    return {
      kind: 'escalate',
      to: rung.name,
      because: `the answer of ${doubted.name} is doubtful: with ${percent(gain)} ${rung.name} does better, for ${usd(rung.priceUsd)}`,
    };
  }
  return { kind: 'stay', because: `the answer of ${doubted.name} is not doubtful enough` };
}

/** Whoever has no known price stands last: it may cost anything. */
function byPrice(rungs: readonly Rung[]): readonly Rung[] {
  const price = ({ priceUsd }: Rung): number => priceUsd ?? Number.POSITIVE_INFINITY;
  return [...rungs].sort((a, b) => (price(a) === price(b) ? 0 : price(a) - price(b)));
}

function byQuality(rungs: readonly Rung[]): readonly Rung[] {
  return [...rungs].sort((a, b) => b.quality - a.quality);
}
