import { Spending, scopesOf } from '../journal/spending.ts';
import type { CallEstimate, Hold } from '../spec/call-amounts.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { BudgetScope, BudgetSpec, SharedBudgets } from '../spec/limit.ts';
import { type BudgetNode, runNode, sharedNode, taskNode } from './budget-node.ts';
import { type BudgetAdmission, neverBy, type Stuck, waitFor } from './budget-reasons.ts';
import type { BudgetCrossing, BudgetUse } from './budget-use.ts';
import { amountOf, chargeOf } from './call-amount.ts';
import type { Claim } from './model-limits.ts';
import type { Purse } from './purse.ts';
import { hearerOf, type RunBudgets, taskNodes } from './run-budgets.ts';
import { specOfScope } from './spec-of-scope.ts';

interface OpenCall {
  readonly path: readonly BudgetNode[];
  readonly worst: CallEstimate;
}

const NONE: readonly BudgetCrossing[] = [];

/**
 * The budgets of tenants, users, the project, runs and tasks. A call reserves its worst case in each that it is below,
 * or in none, so that nothing below a budget can use more than is left of it, unless a provider bills more than that.
 * A fold of events, but for what users, tenants and the project have spent, which `Spending` counts.
 */
export class BudgetTree {
  readonly #specs: SharedBudgets;
  readonly #boundsModels: boolean;
  readonly #spending: Spending;
  readonly #shared = new Map<BudgetScope, BudgetNode>();
  readonly #runs = new Map<string, RunBudgets>();
  readonly #open = new Map<string, OpenCall>();
  /** Budgets that were used since thresholds were last looked at, with the run that did. */
  readonly #touched = new Map<BudgetNode, string>();

  constructor(specs: SharedBudgets = {}, spending: Spending = new Spending()) {
    this.#specs = specs;
    this.#boundsModels = Object.keys(specs.models ?? {}).length > 0;
    this.#spending = spending;
    this.#sharedNode('project', specs.project);
    for (const [user, spec] of Object.entries(specs.users ?? {})) {
      if (user !== '*') this.#sharedNode(`user:${user}`, spec);
    }
    for (const [tenant, spec] of Object.entries(specs.tenants ?? {})) {
      if (tenant !== '*') this.#sharedNode(`tenant:${tenant}`, spec);
    }
    for (const [model, spec] of Object.entries(specs.models ?? {})) {
      this.#sharedNode(`model:${model}`, spec);
    }
  }

  /** What the project, a run's user and tenant, and models with a budget have spent in all. */
  spentSoFar(run: {
    readonly user: string | undefined;
    readonly tenant: string | undefined;
  }): ReturnType<Spending['soFar']> {
    const models = [...this.#shared.keys()].filter((scope) => scope.startsWith('model:'));
    return this.#spending.soFar(['project', ...scopesOf(run.user, run.tenant), ...models]);
  }

  /** The same with every model, for a run of which nothing else will be left to count. */
  spentForGood(run: Parameters<BudgetTree['spentSoFar']>[0]): ReturnType<Spending['soFar']> {
    return { ...this.#spending.ofModels(), ...this.spentSoFar(run) };
  }

  /** Makes one event true. */
  take(event: OverseerEvent): void {
    const { run = '', call = '' } = event;
    switch (event.type) {
      case 'run.started':
        this.#startRun(run, event.data);
        return;
      case 'plan.accepted':
        for (const { key, budget } of event.data.tasks) {
          if (budget !== undefined) this.#runs.get(run)?.tasks.set(key, taskNode(run, key, budget));
        }
        return;
      case 'task.diagnosed':
        this.#mend(run, event);
        return;
      case 'plan.patched':
        // What stands in for a task has what is left of its budget.
        for (const { key } of event.data.added) {
          this.#runs.get(run)?.askers.set(key, event.task ?? '');
        }
        return;
      case 'question.asked':
        if ('role' in event.data.ask.of && event.task !== undefined) {
          const { task } = event;
          this.#runs.get(run)?.askers.set(`${task}/${event.data.id}`, task);
        }
        return;
      case 'run.finished':
        this.#finish(this.#runs.get(run));
        return;
      case 'call.started':
        this.#start(call, this.path(run, event.task, event.model), event.data.worst, run);
        return;
      case 'call.finished':
        this.#end(event, event.data.settled);
        return;
      case 'call.failed':
        this.#end(event, event.data.uncertain ? event.data.settled : undefined);
        return;
      case 'call.withheld':
        this.#end(event, undefined);
        return;
      case 'budget.crossed':
        this.#told(event);
        return;
      default:
    }
  }

  /** Whether any model has a budget of its own. */
  get boundsModels(): boolean {
    return this.#boundsModels;
  }

  /** Whether a model has a budget of its own. */
  isBounded(model: string): boolean {
    return this.#shared.has(`model:${model}`);
  }

  /** The budgets that a call of a task is below, from the top, its model's last; empty where nobody set one. */
  path(run: string, task: string | undefined, model?: string): readonly BudgetNode[] {
    const known = this.#runs.get(run);
    if (known === undefined) return [];
    const own = taskNodes(known, task);
    const ofModel = model === undefined ? undefined : this.#shared.get(`model:${model}`);
    if (own.length === 0 && ofModel === undefined) return known.path;
    return [...known.path, ...own, ...(ofModel === undefined ? [] : [ofModel])];
  }

  /**
   * Whether all budgets above a call let it start: `wait` where only calls under way stand in the way, since they may use
   * less; `never` where too little is left of one. Changes nothing.
   */
  admit(run: string, task: string, { worst }: Claim, model?: string): BudgetAdmission {
    const path = this.path(run, task, model);
    const holds: Hold[] = [];
    const stuck: Stuck[] = [];
    for (const node of path) {
      for (const purse of node.purses) {
        const amount = amountOf(purse.metric, worst);
        holds.push({ limit: `${node.name}: ${purse.metric}`, amount });
        const fits = purse.fits(amount);
        if (fits !== 'run') stuck.push({ node, purse, amount, fits });
      }
    }
    const hopeless = stuck.find(({ fits }) => fits === 'never');
    if (hopeless !== undefined) return neverBy(hopeless, run);
    const [first] = stuck;
    return first === undefined ? { kind: 'run', holds } : waitFor(first, run);
  }

  /** Budgets that came to a share of theirs and of which that was not told yet; each stays in the list until it is. */
  crossings(): readonly BudgetCrossing[] {
    if (this.#touched.size === 0) return NONE;
    const crossings: BudgetCrossing[] = [];
    for (const [node, by] of this.#touched) {
      const fresh = node.purses.flatMap((purse) => this.#crossingsOf(node, purse, by));
      if (fresh.length === 0) this.#touched.delete(node);
      crossings.push(...fresh);
    }
    return crossings;
  }

  /** How every budget stands: those that runs share first, then those of runs that go on and of their tasks. */
  use(): readonly BudgetUse[] {
    return [...this.#nodes()].flatMap(({ scope, name, purses, rate }) =>
      purses.map(({ metric, used, held, capacity, warnAt }) => {
        return { scope, limit: `${name}: ${metric}`, metric, used, held, capacity, warnAt, rate };
      }),
    );
  }

  /** The budgets that a new run would be below, but for its own. */
  pathOfNew(place: {
    readonly user?: string;
    readonly tenant?: string;
    readonly parent?: { readonly run: string; readonly task: string };
  }): readonly BudgetNode[] {
    const { user, tenant, parent } = place;
    if (parent !== undefined) return this.path(parent.run, parent.task);
    return [
      ...scopesOf(user, tenant).flatMap((scope) =>
        this.#sharedNode(scope, specOfScope(this.#specs, scope)),
      ),
      ...this.#sharedNode('project', this.#specs.project),
    ];
  }

  /** Finding another way for a task has a budget of its own. */
  #mend(run: string, { data: { mend } }: OverseerEvent<'task.diagnosed'>): void {
    if (mend?.budget === undefined) return;
    this.#runs.get(run)?.tasks.set(mend.key, taskNode(run, mend.key, mend.budget));
  }

  #startRun(run: string, data: OverseerEvent<'run.started'>['data']): void {
    const { budget, parent } = data;
    const above = parent === undefined ? undefined : this.#runs.get(parent.run);
    const path = this.pathOfNew(data);
    if (above !== undefined) above.open += 1;
    this.#runs.set(run, {
      id: run,
      parent: above,
      path: budget === undefined ? path : [...path, runNode(run, budget)],
      tasks: new Map(),
      askers: new Map(),
      open: 1,
      isOver: false,
    });
  }

  #finish(run: RunBudgets | undefined): void {
    if (run !== undefined) run.isOver = true;
    this.#close(run);
  }

  /** A run that is over is kept as long as one below it goes on. */
  #close(run: RunBudgets | undefined): void {
    if (run === undefined) return;
    run.open -= 1;
    if (run.open > 0) return;
    this.#runs.delete(run.id);
    for (const node of [...run.path, ...run.tasks.values()]) {
      if (node.run === run.id) this.#touched.delete(node);
    }
    this.#close(run.parent);
  }

  #start(call: string, path: readonly BudgetNode[], worst: CallEstimate, run: string): void {
    if (path.length === 0 || this.#open.has(call)) return;
    this.#open.set(call, { path, worst });
    for (const node of path) {
      this.#touched.set(node, run);
      for (const purse of node.purses) purse.hold(chargeOf(purse.metric, worst));
    }
  }

  #end({ call = '', run = '', at }: OverseerEvent, actual: CallEstimate | undefined): void {
    const open = this.#open.get(call);
    if (open === undefined) return;
    this.#open.delete(call);
    for (const node of open.path) {
      this.#touched.set(node, run);
      if (actual !== undefined) node.rate.note(at, actual);
      for (const purse of node.purses) {
        const used = actual === undefined ? 0 : chargeOf(purse.metric, actual);
        purse.settle(chargeOf(purse.metric, open.worst), used);
      }
    }
  }

  #crossingsOf(node: BudgetNode, purse: Purse, by: string): readonly BudgetCrossing[] {
    const { metric, used, held, capacity } = purse;
    if (capacity === 0) return [];
    return purse.warnAt.flatMap((share) => {
      if (used + held < share * capacity || this.#isTold(node, purse, share)) return [];
      return [
        {
          run: hearerOf(this.#runs, node, by),
          data: { scope: node.scope, metric, share, used, held, capacity },
        },
      ];
    });
  }

  #isTold({ scope, run, crossed }: BudgetNode, purse: Purse, share: number): boolean {
    return run === undefined
      ? this.#spending.isCrossed(scope, purse.metric, share, purse.capacity)
      : crossed.has(`${purse.metric} ${share}`);
  }

  #told({ data }: OverseerEvent<'budget.crossed'>): void {
    const { scope, metric, share } = data;
    for (const node of this.#nodes()) {
      if (node.scope === scope) node.crossed.add(`${metric} ${share}`);
    }
  }

  *#nodes(): Generator<BudgetNode> {
    yield* this.#shared.values();
    for (const { id, path, tasks } of this.#runs.values()) {
      yield* path.filter(({ scope }) => scope === `run:${id}`);
      yield* tasks.values();
    }
  }

  #sharedNode(scope: BudgetScope, spec: BudgetSpec | undefined): readonly BudgetNode[] {
    if (spec === undefined) return [];
    let node = this.#shared.get(scope);
    if (node === undefined) {
      node = sharedNode(scope, spec, this.#spending);
      this.#shared.set(scope, node);
    }
    return [node];
  }
}
