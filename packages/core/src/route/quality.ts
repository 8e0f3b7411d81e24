import { PairKeys } from '../internal/pair-keys.ts';
import { RecentMap } from '../internal/recent-map.ts';
import { plainKind } from './work-kind.ts';

/** What is known of how often a model's answers of one kind are accepted: a Beta distribution. */
export interface Belief {
  readonly alpha: number;
  readonly beta: number;
  /** Its mean, 0 to 1. */
  readonly mean: number;
  /** Outcomes behind it, older ones counting less; 0 where nothing is known. */
  readonly outcomes: number;
}

/** How a model fared: counts that fade. */
export interface Tally {
  readonly good: number;
  readonly bad: number;
}

/** How many outcomes a model's rate over all kinds counts for in each kind. */
const SHRINKAGE = 10;
/** How much is left of what was known with each further outcome of the same model, so that a change shows in time. */
const KEEP = 0.999;
/** Before anything is known, a model is taken to succeed in two of three. */
const PRIOR: Tally = { good: 2, bad: 1 };
/** Models × kinds; kinds of task are words that models may make up. The one noted longest ago goes first. */
const MOST = 2_000;

/** What is known of a model at a kind of task. */
export interface Standing {
  /** Its rate over all kinds, 0 to 1. */
  readonly usual: number;
  readonly belief: Belief;
}

/** Kinds for which what follows from the counts is kept; with more of them, it is worked out anew. */
const KINDS_KEPT = 64;

/**
 * Learns from outcomes how often a model's answers are accepted, for each kind of task. What few outcomes of a kind say
 * is drawn towards the model's rate over all kinds, and old outcomes fade.
 */
export class QualityBook {
  /** By model. */
  readonly #models = new RecentMap<Tally>(MOST);
  /** By model and kind. */
  readonly #kinds = new RecentMap<Tally>(MOST);
  readonly #keys = new PairKeys('\n');
  /** What follows from the counts, by kind and model; an outcome unsettles that of its model alone. */
  readonly #standings = new Map<string, Map<string, Standing>>();

  /** Takes note of one outcome at a kind of task, or at a kind with a framework (`workKind`); whether another one was forgotten for it. */
  note(model: string, work: string, good: boolean): boolean {
    const kind = plainKind(work);
    const gone = noteIn(this.#models, model, good);
    const goneKind = noteIn(this.#kinds, this.#keys.of(model, kind), good);
    const goneWork =
      work === kind ? undefined : noteIn(this.#kinds, this.#keys.of(model, work), good);
    // What was forgotten for it may have been any model's.
    const isForgotten = [gone, goneKind, goneWork].some((one) => one !== undefined);
    if (isForgotten) this.#standings.clear();
    else for (const standings of this.#standings.values()) standings.delete(model);
    return isForgotten;
  }

  /** What is known of a model over all kinds. */
  overall(model: string): Belief {
    const { good, bad } = this.#models.get(model) ?? NONE;
    return belief(PRIOR.good + good, PRIOR.bad + bad, good + bad);
  }

  /** What is known of a model at one kind of task. */
  of(model: string, kind: string): Belief {
    return this.standing(model, kind).belief;
  }

  /**
   * What is known of a model at one kind of task, with its rate over all kinds; at a kind with a framework, drawn to its rate at that kind
   * by as many outcomes as that is to the rate over all.
   */
  standing(model: string, work: string): Standing {
    const known = this.#standings.get(work)?.get(model);
    if (known !== undefined) return known;
    const kind = plainKind(work);
    const usual = this.overall(model).mean;
    const atKind = drawnTo(usual, this.#kinds.get(this.#keys.of(model, kind)));
    const standing = { usual, belief: work === kind ? atKind : this.#atWork(model, work, atKind) };
    this.#keep(model, work, standing);
    return standing;
  }

  /** Who is known at a kind is known with each framework, little as that may be. */
  #atWork(model: string, work: string, atKind: Belief): Belief {
    const own = drawnTo(atKind.mean, this.#kinds.get(this.#keys.of(model, work)));
    return { ...own, outcomes: atKind.outcomes };
  }

  /** Everything that is known, for a snapshot. */
  body(): QualityBody {
    const rows = (tallies: RecentMap<Tally>): QualityBody['models'] =>
      [...tallies].map(([key, { good, bad }]) => [key, good, bad] as const);
    return { models: rows(this.#models), kinds: rows(this.#kinds) };
  }

  /** Takes up what `body` gave, in place of what is known. */
  restore({ models, kinds }: QualityBody): void {
    this.#models.clear();
    this.#kinds.clear();
    this.#standings.clear();
    for (const [key, good, bad] of models) this.#models.set(key, { good, bad });
    for (const [key, good, bad] of kinds) this.#kinds.set(key, { good, bad });
  }

  #keep(model: string, kind: string, standing: Standing): void {
    let standings = this.#standings.get(kind);
    if (standings === undefined) {
      if (this.#standings.size >= KINDS_KEPT) this.#standings.clear();
      standings = new Map();
      this.#standings.set(kind, standings);
    }
    if (standings.size >= MOST) standings.clear();
    standings.set(model, standing);
  }
}

/** What a snapshot holds of a `QualityBook`. */
export interface QualityBody {
  readonly models: readonly (readonly [model: string, good: number, bad: number])[];
  readonly kinds: readonly (readonly [modelAndKind: string, good: number, bad: number])[];
}

const NONE: Tally = { good: 0, bad: 0 };

/** What outcomes say, drawn to a rate. */
function drawnTo(mean: number, { good, bad }: Tally = NONE): Belief {
  return belief(SHRINKAGE * mean + good, SHRINKAGE * (1 - mean) + bad, good + bad);
}

function belief(alpha: number, beta: number, outcomes: number): Belief {
  return { alpha, beta, mean: alpha / (alpha + beta), outcomes };
}

function noteIn(tallies: RecentMap<Tally>, key: string, isGood: boolean): string | undefined {
  const { good, bad } = tallies.get(key) ?? NONE;
  return tallies.set(key, {
    good: good * KEEP + (isGood ? 1 : 0),
    bad: bad * KEEP + (isGood ? 0 : 1),
  });
}
