import { isDeepStrictEqual } from 'node:util';
import type { OverseerEvent } from '@overseer/core/spec';
import type { OpenTeam } from '../../packages/core/src/create-overseer.ts';
import { Spending } from '../../packages/core/src/journal/spending.ts';
import { BudgetTree } from '../../packages/core/src/limit/budget-tree.ts';
import { LearnedLimits } from '../../packages/core/src/limit/learned-limits.ts';
import { ModelLimits } from '../../packages/core/src/limit/model-limits.ts';
import { normaliseLimit } from '../../packages/core/src/limit/parse-limit.ts';
import type { Member } from '../../packages/core/src/route/member.ts';
import { Projection } from '../../packages/core/src/run/projection.ts';
import type { World } from './world.ts';

/** Of moments at which nothing was written, one in so many is looked at. */
const SELDOM = 8;

/** A fold of the whole journal from its first event, against which the live state of each process is held. */
export class FoldCheck {
  readonly #world: World;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #projection: Projection;
  readonly #spending = new Spending();
  #compared: OpenTeam | undefined;
  #comparedAt = 0;
  #idle = 0;
  #routing: Promise<void> = Promise.resolve();

  constructor(world: World, { members, routing }: OpenTeam['settings']) {
    this.#world = world;
    this.#members = new Map(
      [...members].map(([name, member]) => {
        return [name, { ...member, ...freshLimits(world, name) }];
      }),
    );
    const budgets = new BudgetTree(world.scenario.budgets, this.#spending);
    this.#projection = new Projection(this.#members, { budgets, routing });
  }

  take(event: OverseerEvent): void {
    this.#spending.take(event);
    this.#projection.apply(event);
    if (event.type === 'run.finished') this.#projection.forget(event.run ?? '');
  }

  /** Compares where the live state is no further than the disk; where nothing was written since, only now and then. */
  compare(team: OpenTeam): void {
    const { settings, open } = team;
    if (open.journal.head !== this.#world.written.length) return;
    const isKnown = this.#compared === team && this.#comparedAt === open.journal.head;
    this.#idle = isKnown ? this.#idle + 1 : 0;
    if (this.#idle % SELDOM !== 0) return;
    this.#compared = team;
    this.#comparedAt = open.journal.head;
    const live = open.projection;
    const mine = this.#projection;
    const running = [...live.runs.values()].filter(({ status }) => status !== 'finished');
    if (running.length !== mine.runs.size)
      this.#differs('number of runs', running.length, mine.runs.size);
    for (const run of running) {
      const other = mine.runs.get(run.id);
      if (!isDeepStrictEqual(run, other)) this.#differs(`run ${run.title}`, run, other);
    }
    const budgets = live.budgets.use();
    const known = mine.budgets.use();
    if (!isDeepStrictEqual(budgets, known)) this.#differs('budgets', budgets, known);
    const compared = this.#compareRouting(live, mine);
    this.#routing = this.#routing.then(() => compared);
    for (const member of settings.members.values()) this.#compareMember(member, live);
  }

  /** Resolves once all that was learned by now is compared. */
  async over(): Promise<void> {
    await this.#routing;
  }

  /** What was learned is of the moment at which it is asked for, however long it takes to be put together. */
  async #compareRouting(live: Projection, mine: Projection): Promise<void> {
    const [routing, learnt] = await Promise.all([live.routing.body(), mine.routing.body()]);
    if (!isDeepStrictEqual(routing, learnt)) {
      this.#differs('what routing learned', routing, learnt);
    }
  }

  #compareMember({ name, limits, learned }: Member, live: Projection): void {
    const now = this.#world.clock.now();
    const other = this.#members.get(name);
    const mine = this.#projection;
    const pairs: readonly (readonly [what: string, live: unknown, folded: unknown])[] = [
      ['limits', limits.use(now), other?.limits.use(now)],
      ['what was learned', learned.use(now), other?.learned.use(now)],
      ['breaker', live.breakers.standing(name), mine.breakers.standing(name)],
      ['trouble', live.breakers.trouble(name), mine.breakers.trouble(name)],
    ];
    for (const [what, known, folded] of pairs) {
      if (!isDeepStrictEqual(known, folded)) this.#differs(`${what} of ${name}`, known, folded);
    }
  }

  /** Σ of what is held is the number of calls that are open. */
  open(): number {
    return [...this.#members.values()].reduce((sum, { limits }) => sum + limits.running, 0);
  }

  #differs(what: string, live: unknown, folded: unknown): void {
    this.#world.note(`live   ${JSON.stringify(live)}`);
    this.#world.note(`folded ${JSON.stringify(folded)}`);
    this.#world.broken(`R2: the live state differs from a fold of the journal: ${what}`);
  }
}

function freshLimits(world: World, name: string): Pick<Member, 'limits' | 'learned'> {
  const model = world.scenario.models.find((one) => one.name === name);
  const concurrency = model?.concurrency ?? 4;
  const learned = new LearnedLimits(name, model?.learns ? concurrency : undefined);
  const rules = (model?.limits ?? []).map(normaliseLimit);
  return { learned, limits: new ModelLimits(name, rules, concurrency, learned) };
}
