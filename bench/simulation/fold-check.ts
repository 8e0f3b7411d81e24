import { isDeepStrictEqual } from 'node:util';
import type { OverseerEvent } from '@overseer/core/spec';
import type { OpenTeam } from '../../packages/core/src/create-overseer.ts';
import { ModelLimits } from '../../packages/core/src/limit/model-limits.ts';
import { normaliseLimit } from '../../packages/core/src/limit/parse-limit.ts';
import type { Member } from '../../packages/core/src/route/member.ts';
import { Projection } from '../../packages/core/src/run/projection.ts';
import type { World } from './world.ts';

/** A fold of the whole journal from its first event, against which the live state of each process is held. */
export class FoldCheck {
  readonly #world: World;
  readonly #members: ReadonlyMap<string, Member>;
  readonly #projection: Projection;

  constructor(world: World, { members, routing }: OpenTeam['settings']) {
    this.#world = world;
    this.#members = new Map(
      [...members].map(([name, member]) => [name, { ...member, limits: freshLimits(world, name) }]),
    );
    this.#projection = new Projection(this.#members, routing);
  }

  take(event: OverseerEvent): void {
    this.#projection.apply(event);
    if (event.type === 'run.finished') this.#projection.forget(event.run ?? '');
  }

  /** Compares where the live state is no further than the disk. */
  compare({ settings, open }: OpenTeam): void {
    if (open.journal.head !== this.#world.written.length) return;
    const live = open.projection;
    const mine = this.#projection;
    const running = [...live.runs.values()].filter(({ status }) => status !== 'finished');
    if (running.length !== mine.runs.size)
      this.#differs('number of runs', running.length, mine.runs.size);
    for (const run of running) {
      const other = mine.runs.get(run.id);
      if (!isDeepStrictEqual(run, other)) this.#differs(`run ${run.title}`, run, other);
      const budget = live.budgets.get(run.id)?.use();
      const known = mine.budgets.get(run.id)?.use();
      if (!isDeepStrictEqual(budget, known)) this.#differs(`budget of ${run.title}`, budget, known);
    }
    const learned = live.routing.body();
    const known = mine.routing.body();
    if (!isDeepStrictEqual(learned, known)) this.#differs('what routing learned', learned, known);
    const now = this.#world.clock.now();
    for (const [name, member] of settings.members) {
      const use = member.limits.use(now);
      const other = this.#members.get(name)?.limits.use(now);
      if (!isDeepStrictEqual(use, other)) this.#differs(`limits of ${name}`, use, other);
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

function freshLimits(world: World, name: string): ModelLimits {
  const model = world.scenario.models.find((one) => one.name === name);
  return new ModelLimits(name, (model?.limits ?? []).map(normaliseLimit), model?.concurrency ?? 4);
}
