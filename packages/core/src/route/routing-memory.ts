import type { TaskState } from '../journal/run-state.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import { type AttemptOutcome, AttemptWatch, textOf } from './attempt-watch.ts';
import { afterAttempt, type BudgetDual, freeMoney } from './budget-dual.ts';
import { type Candidate, roleOf } from './candidates.ts';
import { EscalationGain, type KnownGain } from './escalation-gain.ts';
import { type GainRows, packGains, unpackGains } from './gain-rows.ts';
import { GainWatch } from './gain-watch.ts';
import { ENOUGH_OUTCOMES, type LearnedBody, LearnedQuality } from './learned-quality.ts';
import { LimitWatch } from './limit-watch.ts';
import { createOfferBoard, type OfferBoard } from './offer-board.ts';
import { type PracticeBody, PracticeBook } from './practices.ts';
import { type QualityBody, QualityBook } from './quality.ts';
import { type RefusalBody, RefusalBook } from './refusal-book.ts';
import type { Routing } from './routing-options.ts';
import { SpeedBook } from './speed-book.ts';
import { WarmPrefixes } from './warm-prefixes.ts';
import { workKind } from './work-kind.ts';

/** The chance that a refused answer is repaired, as a share of the chance of a first answer, before outcomes tell. */
const OWN_REPAIR = 0.6;
const OTHERS_REPAIR = 0.85;
/** Outcomes after a refusal that it takes to believe them half. */
const SHRINKAGE = 10;

/**
 * Everything that routing learns: a fold of events. What it learned outlives the events that are read at a start, by
 * `body` in a snapshot; events that the snapshot covers are taken again for what is under way alone.
 */
export class RoutingMemory {
  readonly quality: LearnedQuality = new LearnedQuality();
  readonly gains: EscalationGain = new EscalationGain();
  readonly practices: PracticeBook = new PracticeBook();
  readonly speed: SpeedBook = new SpeedBook();
  readonly warm: WarmPrefixes = new WarmPrefixes();
  readonly refusals: RefusalBook = new RefusalBook();
  readonly #repairs = new QualityBook();
  readonly #watch = new AttemptWatch();
  readonly #limits = new LimitWatch((attempt) => this.#watch.modelOf(attempt, undefined));
  readonly #boards = new WeakMap<readonly Candidate[], OfferBoard>();
  readonly #routing: Routing;
  readonly #gainWatch = new GainWatch();
  #dual: BudgetDual = freeMoney;
  /** The `seq` up to which outcomes are known from a snapshot. */
  #knownTo = 0;

  constructor(routing: Routing) {
    this.#routing = routing;
  }

  /** Whether enough outcomes are known to tell equal models apart. */
  get isLearned(): boolean {
    return this.quality.outcomes >= ENOUGH_OUTCOMES;
  }

  /** The chance of success that one US dollar must buy now. */
  get lambda(): number {
    return this.#routing.costWeight + this.#dual.lambda;
  }

  /**
   * Where the choice among these candidates for a kind of task is worked out, the framework of its prompts with it (`workKind`); kept for
   * as long as the list is, which is one of a kind and a role.
   */
  boardOf(candidates: readonly Candidate[], kind: string): OfferBoard {
    let board = this.#boards.get(candidates);
    if (board === undefined) {
      board = createOfferBoard(candidates, kind, this);
      this.#boards.set(candidates, board);
    }
    return board;
  }

  /** Takes an event into account that the runs know already; `task` is its task. */
  take(event: OverseerEvent, task: TaskState | undefined): void {
    this.#notePrefix(event, task);
    if (event.type === 'run.finished') this.warm.forget(event.run ?? '');
    const model =
      event.type === 'call.finished'
        ? this.#watch.modelOf(event.attempt ?? '', event.call)
        : undefined;
    const outcome = this.#watch.take(event, task);
    const gain = this.#watchGain(event, outcome, task);
    const limits = this.#limits.take(event, task);
    // What the snapshot knows already must not count twice.
    if (event.seq <= this.#knownTo) return;
    if (gain !== undefined) this.gains.note(gain);
    if (event.type === 'verdict.given' && event.data.verdict.kind === 'fail') {
      this.refusals.note(event.data.validator);
    }
    takePractice(this.practices, event);
    for (const { of, ...limit } of limits) this.practices.limit(of, limit, event.at);
    if (event.type === 'call.finished' && model !== undefined) {
      const gone = this.speed.note(model, event.data.durationMs);
      this.quality.changes.note(model);
      if (gone !== undefined) this.quality.changes.reset();
    }
    if (outcome !== undefined) this.#learn(outcome, event.at);
  }

  /** How likely a model is to succeed after an answer was refused: its own, or another model's. */
  afterRefusal(model: string, kind: string, isOwn: boolean, quality: number): number {
    const { mean, outcomes } = this.#repairs.of(model, repairKind(kind, isOwn));
    const expected = quality * (isOwn ? OWN_REPAIR : OTHERS_REPAIR);
    return (outcomes * mean + SHRINKAGE * expected) / (outcomes + SHRINKAGE);
  }

  /** Everything that must outlive the events so far, for a snapshot; put together a few ms at a time, whatever is learned meanwhile. */
  async body(): Promise<Json> {
    const known = {
      v: 1,
      repairs: this.#repairs.body(),
      practices: this.practices.body(),
      ...(this.practices.tidiedAt === undefined ? {} : { tidiedAt: this.practices.tidiedAt }),
      speed: this.speed.body(),
      lambda: this.#dual.lambda,
      refusals: this.refusals.body(),
    } as const;
    const gains = [...this.gains.list()];
    const body: Body = {
      ...known,
      quality: await this.quality.body(),
      gains: await packGains(gains),
    };
    // Whatever a body holds is JSON; types with optional readers do not say so by themselves.
    return body as Json & Body;
  }

  /** Takes up a snapshot's body that covers events up to `seq`, a few ms at a time and before any event; a body of another version is passed over. */
  async restore(body: Json | undefined, seq: number): Promise<void> {
    if (!isBody(body)) return;
    this.#knownTo = seq;
    await this.quality.restore(body.quality);
    this.#repairs.restore(body.repairs);
    this.practices.restore(body.practices, body.tidiedAt);
    this.speed.restore(body.speed);
    this.#dual = { lambda: body.lambda };
    if (body.refusals !== undefined) this.refusals.restore(body.refusals);
    await unpackGains(body.gains, (gain) => this.gains.note(gain));
  }

  /** Only a cascade asks for it, and reading answers costs time. */
  #watchGain(
    event: OverseerEvent,
    outcome: AttemptOutcome | undefined,
    task: TaskState | undefined,
  ): KnownGain | undefined {
    if (this.#routing.mode !== 'cascade') return undefined;
    const key = `${event.run}\n${event.task}`;
    const isDoubted = task?.past.some((past) => past.isDoubted) === true;
    if (outcome !== undefined) return this.#gainWatch.take(outcome, key, isDoubted);
    const last = task?.past.at(-1);
    if (event.type === 'attempt.ended' && last?.isDoubted === true && task !== undefined) {
      return this.#gainWatch.doubted(textOf(task.task), last.answer);
    }
    if (event.type === 'task.failed') return this.#gainWatch.failed(key);
    if (event.type === 'task.skipped') this.#gainWatch.forget(key);
    return undefined;
  }

  #learn(outcome: AttemptOutcome, at: number): void {
    const { model, kind, framework, text, good, before, beforeFindings, findings } = outcome;
    const { tokens, cached, output, microUsd, paidMicroUsd } = outcome;
    this.quality.note(model, { kind: workKind(kind, framework), text }, good);
    const isFirst = before === undefined;
    const used = { tokens, cached, output, microUsd };
    const of = framework === undefined ? {} : { framework };
    this.practices.note({ model, kind, ...of, good, isFirst, ...used, findings, at });
    if (!isFirst) {
      const isOwn = before === model;
      this.#repairs.note(model, repairKind(kind, isOwn), good);
      if (good) this.practices.repaired({ model: before, kind, ...of }, beforeFindings, isOwn);
    }
    const { usdPerAttempt } = this.#routing;
    if (usdPerAttempt !== undefined) {
      this.#dual = afterAttempt(this.#dual, paidMicroUsd / 1e6, usdPerAttempt);
    }
  }

  #notePrefix({ type, run, model, at }: OverseerEvent, task: TaskState | undefined): void {
    if (type !== 'call.started' && type !== 'call.finished') return;
    if (task === undefined || run === undefined || model === undefined) return;
    this.warm.note(run, model, roleOf(task.task), at);
  }
}

/** What persons say of practices, and what was tidied. */
function takePractice(book: PracticeBook, event: OverseerEvent): void {
  if (event.type === 'practice.noted') {
    const { note, by, ...of } = event.data;
    book.write(of, { note, by, at: event.at });
  } else if (event.type === 'practice.dropped') {
    const { pattern, ...of } = event.data;
    book.drop(of, pattern);
  } else if (event.type === 'practice.imported') book.take(event.data.practice);
  else if (event.type === 'practice.tidied') book.tidied(event.data.changes, event.at);
}

/** What a snapshot holds of a `RoutingMemory`. */
interface Body {
  readonly v: 1;
  readonly quality: LearnedBody;
  readonly repairs: QualityBody;
  readonly practices: PracticeBody;
  /** When practices were last tidied; absent in snapshots of before that was done. */
  readonly tidiedAt?: number;
  readonly speed: readonly (readonly [string, number])[];
  readonly lambda: number;
  /** Absent in snapshots of before it was counted. */
  readonly refusals?: RefusalBody;
  readonly gains: GainRows;
}

/** A snapshot is our own writing: its version tells its shape. */
function isBody(body: Json | undefined): body is Json & Body {
  return typeof body === 'object' && body !== null && 'v' in body && body['v'] === 1;
}

function repairKind(kind: string, isOwn: boolean): string {
  return `${kind}/${isOwn ? 'own' : 'other'}`;
}
