import type { CallEstimate } from '../spec/call-amounts.ts';
import type { EventData, OverseerEvent } from '../spec/event.ts';
import type { Json } from '../spec/json.ts';
import type { BudgetScope } from '../spec/limit.ts';

/** What was used up for good, money in micro-dollars. */
export interface Spent {
  readonly usd: number;
  readonly tokens: number;
  readonly calls: number;
}

/** Metrics of what is spent. */
export type SpentMetric = keyof Spent;

/** The most that one call is charged of anything, so that sums of broken figures stay exact. */
const MAX_CHARGE = 2 ** 50;
/** Crossed thresholds that are remembered; more come about only where capacities change again and again. */
const MARKS = 10_000;

const NOTHING: Spent = { usd: 0, tokens: 0, calls: 0 };

/**
 * What the project, its users, its tenants and its models have spent since the first event: a fold that sees each event once, and is
 * kept with the index of the journal and told by each run that ends, so that it is exact without reading old events again. It grows with the number of
 * users and tenants, not with the journal.
 */
export class Spending {
  /** Whose else the calls of a run that is not finished are, beside the project's. */
  readonly #runs: Map<string, readonly BudgetScope[]>;
  readonly #spent: Map<string, Spent>;
  /** Thresholds that were told. */
  readonly #crossed: Set<string>;

  constructor(
    runs: Iterable<readonly [string, readonly BudgetScope[]]> = [],
    spent: Iterable<readonly [string, Spent]> = [],
    crossed: Iterable<string> = [],
  ) {
    this.#runs = new Map(runs);
    this.#spent = new Map(spent);
    this.#crossed = new Set(crossed);
  }

  /** Reads what `body` gave; `undefined` when it is none of ours. */
  static from(body: Json | undefined): Spending | undefined {
    if (!isBody(body)) return undefined;
    return new Spending(
      body.runs.map(([run, ...scopes]) => [run ?? '', scopes as readonly BudgetScope[]]),
      body.spent.map(([scope, usd, tokens, calls]) => [scope, { usd, tokens, calls }]),
      body.crossed,
    );
  }

  /** Takes one event into account, in order. */
  take(event: OverseerEvent): void {
    switch (event.type) {
      case 'run.started':
        this.#start(event);
        return;
      case 'run.finished':
        this.#finish(event);
        return;
      case 'run.erased':
        this.#tell(event.data.spent);
        return;
      case 'call.finished':
        this.#charge(event, event.data.settled);
        return;
      case 'call.failed':
        if (event.data.uncertain) this.#charge(event, event.data.settled);
        return;
      case 'budget.crossed':
        this.#mark(event.data);
        return;
      default:
    }
  }

  /** What was spent in all by the project, a user, a tenant or a model. */
  of(scope: BudgetScope): Spent {
    return this.#spent.get(scope) ?? NOTHING;
  }

  /** What all of these have spent. */
  soFar(scopes: readonly BudgetScope[]): NonNullable<EventData['run.finished']['spent']> {
    return Object.fromEntries(scopes.map((scope) => [scope, this.of(scope)]));
  }

  /** The same of every model. */
  ofModels(): NonNullable<EventData['run.finished']['spent']> {
    return Object.fromEntries([...this.#spent].filter(([scope]) => scope.startsWith('model:')));
  }

  /** Whether a threshold of the project, a user or a tenant was told; one of another capacity is another threshold. */
  isCrossed(scope: BudgetScope, metric: SpentMetric, share: number, capacity: number): boolean {
    return this.#crossed.has(markOf(scope, metric, share, capacity));
  }

  /** What a snapshot holds of it. */
  body(): Json {
    return {
      runs: [...this.#runs].map(([run, scopes]) => [run, ...scopes]),
      spent: [...this.#spent].map(([scope, { usd, tokens, calls }]) => [scope, usd, tokens, calls]),
      crossed: [...this.#crossed],
    };
  }

  #start({ run = '', data }: OverseerEvent<'run.started'>): void {
    const scopes = scopesOf(data.user, data.tenant);
    if (scopes.length > 0) this.#runs.set(run, scopes);
  }

  #finish({ run = '', data }: OverseerEvent<'run.finished'>): void {
    this.#runs.delete(run);
    this.#tell(data.spent);
  }

  /** The same as what was counted here, unless events before were left out. */
  #tell(told: EventData['run.finished']['spent']): void {
    for (const [scope, spent] of Object.entries(told ?? {})) {
      if (spent !== undefined) this.#spent.set(scope, spent);
    }
  }

  #charge({ run = '', model }: OverseerEvent, settled: CallEstimate): void {
    this.#add('project', settled);
    if (model !== undefined) this.#add(`model:${model}`, settled);
    for (const scope of this.#runs.get(run) ?? []) this.#add(scope, settled);
  }

  #add(scope: BudgetScope, { inputTokens, outputTokens, microUsd }: CallEstimate): void {
    const { usd, tokens, calls } = this.of(scope);
    this.#spent.set(scope, {
      usd: usd + charge(whole(microUsd)),
      tokens: tokens + charge(whole(inputTokens) + whole(outputTokens)),
      calls: calls + 1,
    });
  }

  #mark({ scope, metric, share, capacity }: OverseerEvent<'budget.crossed'>['data']): void {
    if (scope.startsWith('run:') || scope.startsWith('task:')) return;
    this.#crossed.add(markOf(scope, metric, share, capacity));
    for (const oldest of this.#crossed) {
      if (this.#crossed.size <= MARKS) return;
      this.#crossed.delete(oldest);
    }
  }
}

/** The budgets of a user and a tenant, as scopes. */
export function scopesOf(
  user: string | undefined,
  tenant: string | undefined,
): readonly BudgetScope[] {
  return [
    ...(tenant === undefined ? [] : [`tenant:${tenant}` as const]),
    ...(user === undefined ? [] : [`user:${user}` as const]),
  ];
}

function markOf(scope: string, metric: string, share: number, capacity: number): string {
  return `${scope} ${metric} ${share} ${capacity}`;
}

function charge(amount: number): number {
  return Math.min(amount, MAX_CHARGE);
}

function whole(amount: number): number {
  return amount > 0 ? Math.ceil(amount) : 0;
}

interface Body {
  readonly runs: readonly (readonly string[])[];
  readonly spent: readonly (readonly [string, number, number, number])[];
  readonly crossed: readonly string[];
}

function isBody(body: Json | undefined): body is Json & Body {
  if (typeof body !== 'object' || body === null) return false;
  if (!('runs' in body) || !('spent' in body) || !('crossed' in body)) return false;
  const { runs, spent, crossed } = body;
  const isText = (value: Json): boolean => typeof value === 'string';
  const isSpent = (row: Json): boolean =>
    Array.isArray(row) &&
    row.length === 4 &&
    row.every((value, at) => typeof value === (at === 0 ? 'string' : 'number'));
  return (
    Array.isArray(runs) &&
    runs.every((row) => Array.isArray(row) && row.length > 0 && row.every(isText)) &&
    Array.isArray(spent) &&
    spent.every(isSpent) &&
    Array.isArray(crossed) &&
    crossed.every(isText)
  );
}
