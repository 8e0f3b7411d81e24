import { PairKeys } from '../internal/pair-keys.ts';
import type { ModelBreakers } from '../limit/model-breakers.ts';
import type { ModelLimits } from '../limit/model-limits.ts';
import { OutputEstimates } from '../limit/output-estimates.ts';
import { SpendRate } from '../limit/spend-rate.ts';
import type { Member } from '../route/member.ts';
import type { Roster } from '../route/roster.ts';
import { ExpectedDurations } from '../schedule/expected-durations.ts';
import type { CallEstimate } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { OpenCall } from './expected-ends.ts';
import { BETWEEN } from './output-key.ts';

/** A call that has no end yet. */
export interface CallUnderWay extends OpenCall {
  readonly estimate: CallEstimate;
  /** The name of the key that it went out with, where its model has several. */
  readonly keyName?: string;
}

/** A call that a worker makes, and has no end yet. */
export interface RemoteCall {
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
  readonly model: string;
  readonly estimate: CallEstimate;
  /** The name of the key that it goes out with, where its model has several. */
  readonly keyName?: string;
  /** By when somebody has to have begun it, epoch ms. */
  readonly untilAt: number;
}

/** What calls count in. */
export interface CallBookParts {
  readonly members: ReadonlyMap<string, Member>;
  readonly breakers: ModelBreakers;
  /** Where calls count whose models left the team, for limits that they shared. */
  readonly strangers: ModelLimits | undefined;
  /** Where models come and go. */
  readonly roster: Pick<Roster, 'departed'> | undefined;
}

/** The calls of models, under way and over: a fold of their events, which moves limits and breakers with them. */
export class CallBook {
  /** The calls under way. */
  readonly calls: Map<string, CallUnderWay> = new Map();
  /** Calls that go on at an overseer which had the project before: until when their replies may come, epoch ms. */
  readonly awaited: Map<string, number> = new Map();
  /** Those of them that workers make. */
  readonly remotes: Map<string, RemoteCall> = new Map();
  readonly durations: ExpectedDurations = new ExpectedDurations();
  readonly outputs: OutputEstimates = new OutputEstimates();
  /** What those two are asked by. */
  readonly outputKeys: PairKeys = new PairKeys(BETWEEN);
  /** What each model used lately. */
  readonly rates: Map<string, SpendRate>;
  /** Models from whose calls something may have been learned that nobody was told yet. */
  readonly taught: Set<string> = new Set();
  readonly #members: ReadonlyMap<string, Member>;
  readonly #breakers: ModelBreakers;
  readonly #strangers: ModelLimits | undefined;
  readonly #roster: Pick<Roster, 'departed'> | undefined;

  constructor({ members, breakers, strangers, roster }: CallBookParts) {
    this.#members = members;
    this.#breakers = breakers;
    this.#strangers = strangers;
    this.#roster = roster;
    this.rates = new Map([...members.keys()].map((name) => [name, new SpendRate()]));
  }

  /** A model comes into the team, or takes another form. */
  put(model: string): void {
    if (!this.rates.has(model)) this.rates.set(model, new SpendRate());
  }

  /** A model left the team. */
  remove(model: string): void {
    this.rates.delete(model);
  }

  /** A call starts: it takes its place in its model's limits, as a probe of its breakers where one is due. */
  start(event: OverseerEvent<'call.started'>, kind: string): void {
    const { call = '', model = '' } = event;
    const { estimate, worst, payer, keyName, holds, remote } = event.data;
    const ofKey = keyName === undefined ? {} : { keyName };
    this.calls.set(call, { model, kind, startedAt: event.at, estimate, ...ofKey });
    if (remote !== undefined) {
      const { run = '', task = '', attempt = '' } = event;
      const untilAt = event.at + remote.holdMs;
      this.awaited.set(call, untilAt);
      this.remotes.set(call, { run, task, attempt, model, estimate, untilAt, ...ofKey });
    }
    const claim = { estimate, worst, ...(payer === undefined ? {} : { payer }), ...ofKey };
    const member = this.#members.get(model);
    this.#limitsOf(model)?.start(call, event.at, claim, holds);
    // A call that starts may lift what was learned, and teaches nothing else.
    if (member?.learned.isLimited === true) this.taught.add(model);
    member?.learned.start(call, event.at, keyName);
    this.#breakers.start(call, model, event.at, keyName);
  }

  /** A call succeeded: what it held is settled, and what it took is remembered. */
  finish(event: OverseerEvent<'call.finished'>, kind: string): void {
    const { call = '', model = '' } = event;
    const { settled, rate, durationMs, firstTokenMs = durationMs } = event.data;
    const open = this.calls.get(call);
    this.#forgetCall(call);
    const member = this.#members.get(model);
    const limits = this.#limitsOf(model);
    limits?.settle(call, settled, event.at);
    this.rates.get(model)?.note(event.at, settled);
    // Headers come before the first token, and a long answer ends long after it.
    const headersAt = event.at - Math.max(0, durationMs - firstTokenMs);
    if (rate !== undefined) limits?.learn(event.at, rate, headersAt, open);
    const key = this.outputKeys.of(model, kind);
    this.outputs.note(key, settled.outputTokens);
    this.durations.note(key, event.data.durationMs);
    this.durations.note(model, event.data.durationMs);
    member?.learned.succeed(call, event.at, event.data.firstTokenMs);
    this.#breakers.succeed(call, model, event.at, event.data.firstTokenMs);
  }

  /** A call failed. */
  fail(event: OverseerEvent<'call.failed'>): void {
    const { call = '', model = '' } = event;
    const { settled, uncertain, rate } = event.data;
    const open = this.calls.get(call);
    this.#forgetCall(call);
    const member = this.#members.get(model);
    const limits = this.#limitsOf(model);
    if (uncertain) {
      limits?.settle(call, settled);
      this.rates.get(model)?.note(event.at, settled);
    } else limits?.release(call, event.data.kind === 'rate-limit');
    if (rate !== undefined) limits?.learn(event.at, rate, event.at, open);
    member?.learned.fail(call, event.at, event.data);
    if (member !== undefined) this.taught.add(model);
    this.#breakers.fail(call, model, event.at, event.data);
  }

  /** A call was not sent. */
  withhold({ call = '', model = '', at }: OverseerEvent<'call.withheld'>): void {
    const open = this.calls.get(call);
    this.#forgetCall(call);
    if (open !== undefined) {
      this.#limitsOf(model)?.withhold(call, open.startedAt, open.estimate, open);
    }
    this.#members.get(model)?.learned.withhold(call);
    this.#breakers.withhold(call, model, at);
  }

  #forgetCall(call: string): void {
    this.calls.delete(call);
    if (this.awaited.size > 0) this.awaited.delete(call);
    if (this.remotes.size > 0) this.remotes.delete(call);
  }

  #limitsOf(model: string): ModelLimits | undefined {
    const member = this.#members.get(model) ?? this.#roster?.departed(model);
    return member?.limits ?? this.#strangers;
  }
}
