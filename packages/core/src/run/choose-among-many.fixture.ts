import type { TaskState } from '../journal/run-state.ts';
import { LearnedLimits } from '../limit/learned-limits.ts';
import { ModelBreakers } from '../limit/model-breakers.ts';
import { ModelLimits } from '../limit/model-limits.ts';
import { parseLimit } from '../limit/parse-limit.ts';
import { planTask } from '../plan/task.fixture.ts';
import { createCandidateFinder } from '../route/candidate-finder.ts';
import type { ChoiceInput } from '../route/choose-model.ts';
import { guardedOf, type Member } from '../route/member.ts';
import { Roster } from '../route/roster.ts';
import { RoutingMemory } from '../route/routing-memory.ts';
import { type RoutingMode, routingOf } from '../route/routing-options.ts';
import { memberOf } from '../route/team.fixture.ts';
import type { Price } from '../spec/model.ts';
import { ratingFor } from './rating-for.ts';
import { RoleBook } from './role-parts.ts';

const TEXTS = [
  'parse the date',
  'prove the lemma of groups',
  'rename it',
  'draw the map of rivers',
];

/** What a model of the team is like. */
export interface SomeForm {
  readonly role: string | undefined;
  readonly limit: string | undefined;
  readonly concurrency: number;
  readonly price: Price | undefined;
  readonly isLocal: boolean;
}

/** What can happen; `who` is taken modulo the models or calls that there are. */
export type Happening =
  | { readonly type: 'outcome'; readonly who: number; readonly nth: number; readonly good: boolean }
  | { readonly type: 'start'; readonly who: number }
  | { readonly type: 'end'; readonly who: number; readonly how: string }
  | { readonly type: 'took'; readonly who: number; readonly ms: number }
  | { readonly type: 'headers'; readonly who: number; readonly left: number }
  | { readonly type: 'time'; readonly ms: number }
  | { readonly type: 'join'; readonly form: SomeForm }
  | { readonly type: 'leave'; readonly who: number }
  | { readonly type: 'change'; readonly who: number; readonly form: SomeForm };

/** A task that a model is chosen for; so many candidates are left out. */
export interface Asked {
  readonly kind: string;
  readonly nth: number;
  readonly excluded: number;
}

const NO_ROLES = new RoleBook({ roles: new Map(), tools: new Map(), frameworks: new Map() });
const NO_USE = { inputTokens: 0, outputTokens: 0, microUsd: 0 };

/** A team of models to which all that can happen happens. */
export class World {
  #now = 1_000_000;
  readonly #roster: Roster;
  readonly #breakers = new ModelBreakers([]);
  readonly #memory: RoutingMemory;
  readonly #finder: ReturnType<typeof createCandidateFinder>;
  readonly #routing: ReturnType<typeof routingOf>;
  readonly #calls: { readonly call: string; readonly name: string }[] = [];
  #named = 0;

  constructor(mode: RoutingMode, forms: readonly SomeForm[]) {
    this.#routing = routingOf({ mode });
    this.#memory = new RoutingMemory(this.#routing);
    this.#roster = new Roster(new Map());
    const { members } = this.#roster;
    this.#finder = createCandidateFinder({ overseer: 'boss', members, roster: this.#roster });
    for (const one of forms) this.#put(`m${this.#named}`, one);
  }

  /** An answer of somebody to a text was accepted or refused. */
  learn(who: number, nth: number, good: boolean): void {
    const member = this.#memberAt(who);
    if (member === undefined) return;
    const { kind } = taskOf('code', nth).task;
    this.#memory.quality.note(member.version, { kind, text: textAt(nth) }, good);
  }

  /** Makes one happening true. */
  take(one: Happening): void {
    switch (one.type) {
      case 'outcome':
        this.learn(one.who, one.nth, one.good);
        break;
      case 'start':
        this.#start(this.#memberAt(one.who));
        break;
      case 'end':
        this.#end(one.who, one.how);
        break;
      case 'took':
        this.#took(this.#memberAt(one.who), one.ms);
        break;
      case 'headers': {
        const rate = { requests: { remaining: one.left, resetAt: this.#now + 5_000 } };
        this.#memberAt(one.who)?.limits.learn(this.#now, rate);
        break;
      }
      case 'time':
        this.#now += one.ms;
        break;
      case 'join':
        this.#put(`m${this.#named}`, one.form);
        break;
      case 'leave':
        this.#leave(this.#memberAt(one.who));
        break;
      case 'change': {
        const member = this.#memberAt(one.who);
        if (member !== undefined) this.#put(member.name, one.form);
      }
    }
  }

  /** What a choice depends on now. */
  inputFor({ kind, nth, excluded }: Asked): ChoiceInput {
    const task = taskOf(kind, nth);
    const candidates = this.#finder({ role: undefined, kind, usesTools: false });
    const estimate = { inputTokens: 40 + nth, outputTokens: 50, microUsd: 0 };
    const claimFor = ({ price }: Member): ReturnType<ChoiceInput['claimFor']> => {
      const microUsd =
        price === undefined ? 0 : estimate.inputTokens * price.input + 50 * price.output;
      return { estimate: { ...estimate, microUsd }, worst: { ...estimate, microUsd } };
    };
    const source = {
      settings: { routing: this.#routing, random: () => 0.5, roles: NO_ROLES },
      projection: { routing: this.#memory },
    };
    return {
      candidates,
      board: this.#memory.boardOf(candidates, kind),
      allUp: this.#breakers.isQuiet,
      nowMs: this.#now,
      claimFor,
      callsFor: () => 1,
      downUntil: (name) => this.#downUntil(name),
      refusals: new Map(),
      excluded: new Map(
        candidates.slice(0, excluded).map(({ member }) => [member.name, 'too small'] as const),
      ),
      patienceMs: 10_000,
      rating: ratingFor(source, task, (member) => claimFor(member).estimate, this.#now),
    };
  }

  #memberAt(who: number): Member | undefined {
    const all = [...this.#roster.members.values()];
    return all[who % Math.max(1, all.length)];
  }

  #put(name: string, { role, limit, concurrency, price, isLocal }: SomeForm): void {
    const rules = limit === undefined ? [] : [parseLimit(limit)];
    const before = this.#roster.members.get(name);
    this.#named += before === undefined ? 1 : 0;
    const order = before?.order ?? this.#roster.nextOrder;
    const { model } = memberOf({ name }, order);
    const member = {
      ...memberOf({ name, role, price }, order),
      model: { ...model, info: { ...model.info, local: isLocal } },
      limits: before?.limits ?? new ModelLimits(name, rules, concurrency),
      learned: before?.learned ?? new LearnedLimits(name, undefined),
    };
    if (before !== undefined) before.limits.change(rules, concurrency, undefined, []);
    this.#roster.put(member);
    this.#breakers.put(guardedOf(member));
  }

  #leave(member: Member | undefined): void {
    if (member === undefined || this.#roster.members.size < 3) return;
    this.#roster.remove(member.name);
    this.#breakers.remove(member.name);
  }

  #start(member: Member | undefined): void {
    if (member === undefined) return;
    const call = `call ${this.#calls.length} of ${this.#now} ${member.limits.running}`;
    const estimate = { inputTokens: 100, outputTokens: 50, microUsd: 0 };
    member.limits.start(call, this.#now, { estimate, worst: estimate });
    member.learned.start(call, this.#now);
    this.#breakers.start(call, member.name, this.#now);
    this.#memory.warm.note('r', member.name, 'worker', this.#now);
    this.#calls.push({ call, name: member.name });
  }

  #end(who: number, how: string): void {
    const [ended] = this.#calls.splice(who % Math.max(1, this.#calls.length), 1);
    if (ended === undefined) return;
    const { call, name } = ended;
    const member = this.#roster.known(name);
    if (how === 'good') {
      member?.limits.settle(call, { ...NO_USE, inputTokens: 80 }, this.#now);
      member?.learned.succeed(call, this.#now, 5);
      this.#breakers.succeed(call, name, this.#now, 5);
    } else if (how === 'bad') {
      const failed = { kind: who % 2 === 0 ? 'server' : 'rate-limit', message: 'no' } as const;
      const data = { ...failed, retryable: true, settled: NO_USE, uncertain: false };
      member?.limits.release(call);
      member?.learned.fail(call, this.#now, data);
      this.#breakers.fail(call, name, this.#now, data);
    } else {
      member?.limits.withhold(call, this.#now, NO_USE);
      member?.learned.withhold(call);
      this.#breakers.withhold(call, name, this.#now);
    }
  }

  #took(member: Member | undefined, ms: number): void {
    if (member === undefined) return;
    this.#memory.speed.note(member.version, ms);
    this.#memory.quality.changes.note(member.version);
  }

  #downUntil(name: string): ReturnType<ChoiceInput['downUntil']> {
    const down = this.#breakers.down(name, this.#now);
    if (down === undefined) return this.#roster.members.get(name)?.learned.wait(this.#now);
    const { untilAt = this.#now + 60_000, why, fault } = down;
    return { untilAt, why, on: { kind: 'outage', what: fault } };
  }
}

function textAt(nth: number): string {
  return `${TEXTS[nth % TEXTS.length]} ${nth} `.repeat(1 + (nth % 7) ** 2);
}

function taskOf(kind: string, nth: number): TaskState {
  return {
    run: 'r',
    task: { ...planTask('t', []), kind, title: '', instruction: textAt(nth) },
    status: 'open',
    priority: 'medium',
    model: undefined,
    paused: undefined,
    forgiven: 0,
    left: undefined,
    asks: undefined,
    attempt: undefined,
    expedited: false,
    past: [],
    waiting: undefined,
    output: undefined,
    because: undefined,
    commit: undefined,
    from: undefined,
    mends: undefined,
    mending: undefined,
    replans: 0,
  };
}
