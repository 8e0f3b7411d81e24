import { type Clock, type ModelError, noSuchModel, toModelError } from '@overseer/core/plugin';
import type { CallContext } from '@overseer/core/spec';
import { type HttpClient, requestJson } from '../internal/http-client.ts';
import { type LmStudioModel, readV0, readV1 } from './read-models.ts';
import { SharedWork } from './shared-work.ts';

const FRESH_MS = 60_000;
const LIST_LIMIT_MS = 15_000;

/** What LM Studio has, asked at most once a minute and once for all who wait. */
export class Catalogue {
  readonly #client: HttpClient;
  readonly #where: string;
  readonly #clock: Clock;
  readonly #asking: SharedWork<ReadonlyMap<string, LmStudioModel>>;
  #known: ReadonlyMap<string, LmStudioModel> | undefined;
  #askedAt = 0;

  constructor(client: HttpClient, where: string, clock: Clock) {
    this.#client = client;
    this.#where = where;
    this.#clock = clock;
    this.#asking = new SharedWork(where, LIST_LIMIT_MS);
  }

  /** What is known, where it is known and at most 60 s old. */
  known(): ReadonlyMap<string, LmStudioModel> | undefined {
    return this.#clock.elapsed() - this.#askedAt < FRESH_MS ? this.#known : undefined;
  }

  /** What there is, asked now, together with whoever is asking. Throws `ModelError`. */
  ask(ctx: CallContext): Promise<ReadonlyMap<string, LmStudioModel>> {
    return this.#asking.join(ctx.signal, async (signal) => {
      const models = await this.#list({ ...ctx, signal });
      this.#known = new Map(models.map((model) => [model.id, model]));
      this.#askedAt = this.#clock.elapsed();
      return this.#known;
    });
  }

  /** Forgets what is known, because it has turned out to be otherwise. */
  forget(): void {
    this.#known = undefined;
  }

  /** Newest form first; a server without any of them is asked by name only. */
  async #list(ctx: CallContext): Promise<readonly LmStudioModel[]> {
    const root = this.#client.path.replace(/\/v1$/, '');
    const forms = [
      { path: `${root}/api/v1/models`, read: readV1 },
      { path: `${root}/api/v0/models`, read: readV0 },
      { path: `${this.#client.path}/models`, read: readV0 },
    ];
    let last: ModelError | undefined;
    for (const { path, read } of forms) {
      try {
        const where = this.#where;
        const models = read(await requestJson(this.#client, { method: 'GET', path, where }, ctx));
        if (models !== undefined) return models;
      } catch (thrown) {
        last = toModelError(thrown, ctx.signal, this.#where);
        if (!['not-found', 'invalid', 'protocol', 'unsupported'].includes(last.kind)) throw last;
      }
    }
    throw last ?? noSuchModel('default', []);
  }
}

/** The model of a name, or for `default` the first that is in memory, or else the first. Throws `ModelNotFoundError`. */
export function chooseModel(
  models: ReadonlyMap<string, LmStudioModel>,
  name: string,
): LmStudioModel {
  const named = models.get(name);
  if (named !== undefined) return named;
  const chats = [...models.values()].filter(({ chat }) => chat);
  const chosen =
    name === 'default' ? (chats.find(({ state }) => state === 'ready') ?? chats[0]) : undefined;
  if (chosen === undefined) throw noSuchModel(name, [...models.keys()]);
  return chosen;
}
