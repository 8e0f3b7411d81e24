import { type Clock, noSuchModel } from '@overseer/core/plugin';
import type { CallContext, ListedModel } from '@overseer/core/spec';
import { SharedWork } from './shared-work.ts';
import type { TimeLimit } from './within-time.ts';

const FRESH_MS = 60_000;

/** A model as a local server lists it. */
export interface LocalModel extends ListedModel {
  /** Answers chats; embedding models do not. */
  readonly chat: boolean;
}

/** What a local server has, asked at most once a minute and once for all who wait. */
export class Catalogue<M extends LocalModel> {
  readonly #list: (ctx: CallContext) => Promise<readonly M[]>;
  readonly #clock: Clock;
  readonly #asking: SharedWork<ReadonlyMap<string, M>>;
  #known: ReadonlyMap<string, M> | undefined;
  #askedAt = 0;
  /** How often it was. */
  #forgotten = 0;

  /** `list` asks the server, for as long as `limit` says. */
  constructor(limit: TimeLimit, clock: Clock, list: (ctx: CallContext) => Promise<readonly M[]>) {
    this.#list = list;
    this.#clock = clock;
    this.#asking = new SharedWork(limit);
  }

  /** What is known, where it is known and at most 60 s old. */
  known(): ReadonlyMap<string, M> | undefined {
    return this.#clock.elapsed() - this.#askedAt < FRESH_MS ? this.#known : undefined;
  }

  /** What there is, asked now, together with whoever is asking. Throws `ModelError`. */
  ask(ctx: CallContext): Promise<ReadonlyMap<string, M>> {
    return this.#asking.join(ctx.signal, async (signal) => {
      const [askedAt, forgotten] = [this.#clock.elapsed(), this.#forgotten];
      const models = await this.#list({ ...ctx, signal });
      const found = new Map(models.map((model) => [model.id, model]));
      // What was asked for before something changed says nothing of it.
      if (forgotten === this.#forgotten) {
        this.#known = found;
        this.#askedAt = askedAt;
      }
      return found;
    });
  }

  /** Forgets what is known, because it has turned out to be otherwise. */
  forget(): void {
    this.#forgotten += 1;
    this.#known = undefined;
  }
}

/** The model of a name, or for `default` the first that is in memory, or else the first. Throws `ModelNotFoundError`. */
export function chooseModel<M extends LocalModel>(models: ReadonlyMap<string, M>, name: string): M {
  const named = models.get(name);
  if (named !== undefined) return named;
  const chats = [...models.values()].filter(({ chat }) => chat);
  const chosen =
    name === 'default' ? (chats.find(({ state }) => state === 'ready') ?? chats[0]) : undefined;
  if (chosen === undefined) throw noSuchModel(name, [...models.keys()]);
  return chosen;
}
