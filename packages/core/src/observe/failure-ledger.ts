import { BROKEN_CHECK } from '../internal/broken-check.ts';
import { jsonText } from '../internal/json-text.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import { type AskedModels, askedCall, newAskedModels, takeCall } from './asked-models.ts';
import { DiagnosisList } from './diagnosis-list.ts';
import { FailureBook, type GrowingGroup, lose, placeOfCall, tried } from './failure-book.ts';
import type { FailurePlace, FailureReport } from './failure-report.ts';
import type { FailureCause } from './remedies.ts';

/** What of an attempt has a say in what failed and what that cost. */
interface AttemptTrail extends AskedModels {
  readonly startedAt: number;
  /** What its finished calls cost. */
  cost: CallEstimate;
  /** The last call that finished, and what it cost. */
  last: CallEstimate;
  /** What went wrong last, as long as nothing came after it. */
  trouble: Trouble | undefined;
  /** What is wrong with what one of two calls gave while the other was under way. */
  spareTrouble: Trouble | undefined;
  readonly tools: Map<string, string>;
}

interface Trouble {
  readonly group: GrowingGroup | undefined;
  readonly at: number;
}

/** The events of a run, and what failed in it. */
export interface FailureLedger {
  /** Takes the next event of the run, in order. */
  take(event: OverseerEvent): void;
  /** What failed up to here. */
  report(): FailureReport;
}

/** A ledger of what fails in one run: a fold of its events, with a bounded number of groups. */
export function createFailureLedger(): FailureLedger {
  const fold = new FailureFold();
  return { take: (event) => fold.take(event), report: () => fold.report() };
}

const NOTHING: CallEstimate = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

class FailureFold {
  readonly #book = new FailureBook();
  readonly #attempts = new Map<string, AttemptTrail>();
  /** By task: what ended its last attempt, and whose that was. */
  readonly #left = new Map<
    string,
    { readonly group: GrowingGroup | undefined; readonly model: string | undefined }
  >();
  readonly #done = new Set<string>();
  readonly #diagnoses = new DiagnosisList();

  report(): FailureReport {
    const diagnoses = this.#diagnoses.all;
    const report = this.#book.report(this.#done);
    return diagnoses === undefined ? report : { ...report, diagnoses };
  }

  take(event: OverseerEvent): void {
    const { task = '' } = event;
    this.#diagnoses.take(event);
    switch (event.type) {
      case 'task.assigned':
        this.#assigned(event);
        return;
      case 'task.done':
        this.#done.add(task);
        this.#attempts.delete(event.attempt ?? '');
        this.#left.delete(task);
        return;
      case 'task.failed':
        if (!this.#left.has(task))
          this.#note('not-begun', event, event.data.because, placeOfTask(task));
        return;
      default: {
        const trail = this.#attempts.get(event.attempt ?? '');
        if (trail !== undefined) this.#inAttempt(trail, event);
      }
    }
  }

  #assigned({ at, attempt = '', task = '', data }: OverseerEvent<'task.assigned'>): void {
    const { model } = data;
    const left = this.#left.get(task);
    if (left !== undefined) tried(left.group, left.model === model ? 'ask-again' : 'another-model');
    this.#left.delete(task);
    this.#attempts.set(attempt, {
      ...newAskedModels(model),
      ...{ startedAt: at, cost: NOTHING, last: NOTHING },
      ...{ trouble: undefined, spareTrouble: undefined, tools: new Map<string, string>() },
    });
  }

  #inAttempt(trail: AttemptTrail, event: OverseerEvent): void {
    switch (event.type) {
      case 'call.started':
        // A second model is asked beside the first, whatever comes of that.
        if (event.data.hedge === undefined) this.#again(trail, event.at);
        takeCall(trail, event);
        return;
      case 'call.cached':
        this.#again(trail, event.at);
        takeCall(trail, event);
        return;
      case 'call.failed':
        this.#failed(trail, event);
        return;
      case 'call.finished':
        this.#finished(trail, event);
        return;
      case 'call.withheld':
        if (takeCall(trail, event)) trail.trouble = trail.spareTrouble;
        return;
      case 'attempt.recovered':
        this.#recovered(trail, event);
        return;
      case 'tool.started':
      case 'tool.finished':
        this.#tool(trail, event);
        return;
      case 'verdict.given':
        this.#verdict(trail, event);
        return;
      case 'change.refused':
        this.#trouble(trail, 'conflict', event, event.data.because, {
          kind: 'project',
          name: 'project',
        });
        return;
      case 'attempt.ended':
        this.#ended(trail, event);
        return;
      default:
    }
  }

  /** A call after one that failed is that call again. */
  #again(trail: AttemptTrail, at: number): void {
    if (trail.trouble !== undefined) {
      tried(trail.trouble.group, 'wait');
      lose(trail.trouble.group, at - trail.trouble.at);
    }
    trail.trouble = undefined;
  }

  #failed(trail: AttemptTrail, event: OverseerEvent<'call.failed'>): void {
    const { kind, message, settled } = event.data;
    const call = askedCall(trail, event.call ?? '');
    const isHedge = call !== undefined && call === trail.hedge;
    const isAnswered = takeCall(trail, event);
    // Whoever broke a call off knows why.
    if (kind !== 'aborted') {
      const model = event.model ?? call?.model ?? trail.model;
      const trouble = this.#noteModel(kind, event, message, model);
      // The first call goes on meanwhile: the second one takes no time, and nothing is done about its failure.
      lose(trouble.group, isHedge ? 0 : event.at - (call?.at ?? trail.startedAt), settled);
      if (!isHedge) trail.trouble = trouble;
    }
    if (isAnswered) trail.trouble = trail.spareTrouble;
  }

  #finished(trail: AttemptTrail, event: OverseerEvent<'call.finished'>): void {
    const { settled } = event.data;
    const model = event.model ?? askedCall(trail, event.call ?? '')?.model ?? trail.model;
    trail.last = settled;
    trail.cost = sumOf(trail.cost, settled);
    const cause = whatIsWrong(event.data);
    const trouble = cause && this.#noteModel(cause, event, WRONG[cause], model);
    // Once there is an answer, only what is wrong with that is to blame for what comes after it.
    if (takeCall(trail, event)) trail.trouble = trouble;
    else trail.spareTrouble = trouble;
  }

  #noteModel(
    cause: FailureCause,
    event: OverseerEvent,
    message: string,
    model: string | undefined,
  ): Trouble {
    const where: FailurePlace = { kind: 'model', name: model ?? '' };
    return { group: this.#note(cause, event, message, where), at: event.at };
  }

  #recovered(trail: AttemptTrail, event: OverseerEvent<'attempt.recovered'>): void {
    const { action, trouble, because } = event.data;
    const group =
      trouble === 'broken-json'
        ? this.#note(trouble, event, because, { kind: 'model', name: trail.model ?? '' })
        : trail.trouble?.group;
    tried(group, action);
    if (action === 'more-room') lose(group, 0, trail.last);
    if (trouble !== 'broken-json') trail.trouble = undefined;
  }

  #tool(trail: AttemptTrail, event: OverseerEvent<'tool.started' | 'tool.finished'>): void {
    if (event.type === 'tool.started') {
      trail.tools.set(event.data.id, event.data.name);
      return;
    }
    const { id, isError, isBroken, output, refused } = event.data;
    const name = event.data.name ?? trail.tools.get(id) ?? '';
    trail.tools.delete(id);
    if (isError !== true) return;
    const cause = isBroken === true ? 'tool-broken' : 'tool-refused';
    this.#note(cause, event, jsonText(output), placeOfCall(name, refused));
  }

  #verdict(trail: AttemptTrail, event: OverseerEvent<'verdict.given'>): void {
    const { verdict, validator } = event.data;
    if (verdict.kind !== 'fail') return;
    const { findings } = verdict;
    const isBroken = findings.length > 0 && findings.every(({ code }) => code === BROKEN_CHECK);
    const message = findings[0]?.message ?? 'no reason given';
    const where: FailurePlace = { kind: 'check', name: validator };
    this.#trouble(trail, isBroken ? 'check-broken' : 'refused', event, message, where);
  }

  #ended(trail: AttemptTrail, event: OverseerEvent<'attempt.ended'>): void {
    const { outcome, because, fault } = event.data;
    const { task = '' } = event;
    this.#attempts.delete(event.attempt ?? '');
    if (outcome === 'cancelled' || outcome === 'accepted') return;
    if (trail.trouble === undefined && outcome !== 'moved') {
      const cause =
        fault === 'infrastructure'
          ? 'infrastructure'
          : outcome === 'rejected'
            ? 'refused'
            : 'no-answer';
      const where: FailurePlace =
        cause === 'no-answer' && trail.model !== undefined
          ? { kind: 'model', name: trail.model }
          : placeOfTask(task);
      this.#trouble(trail, cause, event, because, where);
    }
    // What failed calls took was added when they did.
    lose(trail.trouble?.group, 0, trail.cost);
    if (outcome === 'rejected') lose(trail.trouble?.group, event.at - trail.startedAt);
    this.#left.set(task, { group: trail.trouble?.group, model: trail.model });
  }

  #trouble(
    trail: AttemptTrail,
    cause: FailureCause,
    event: OverseerEvent,
    message: string,
    where: FailurePlace = { kind: 'model', name: trail.model ?? '' },
  ): void {
    trail.trouble = { group: this.#note(cause, event, message, where), at: event.at };
  }

  #note(
    cause: FailureCause,
    { at, task = '' }: OverseerEvent,
    message: string,
    where: FailurePlace,
  ): GrowingGroup | undefined {
    return this.#book.note(cause, where, { at, task, message });
  }
}

const WRONG = {
  'cut-answer': 'its answer was cut off at its length limit',
  'content-filter': "the provider's content rules stopped its answer",
} as const;

function whatIsWrong({
  reason,
  parts,
}: EventData['call.finished']): keyof typeof WRONG | undefined {
  if (reason === 'content-filter') return reason;
  const isCut = reason === 'length' && !parts.some(({ type }) => type === 'tool-call');
  return isCut ? 'cut-answer' : undefined;
}

function placeOfTask(name: string): FailurePlace {
  return { kind: 'task', name };
}

function sumOf(a: CallEstimate, b: CallEstimate): CallEstimate {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    microUsd: a.microUsd + b.microUsd,
  };
}
