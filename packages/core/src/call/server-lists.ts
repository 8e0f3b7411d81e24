import type { Clock } from '../internal/clock.ts';
import { isSameModel } from '../internal/is-same-model.ts';
import { noSuchModel } from '../internal/no-such-model.ts';
import { toModelError } from '../internal/to-model-error.ts';
import type { ListedModel, Model, ModelErrorKind } from '../spec/model.ts';

/** How long a list counts, in ms. */
const KEPT_MS = 60_000;

/** How long a server that could not tell is not asked again before a call, in ms. */
const LEFT_MS = 10_000;

/** How long a server may take, in ms. */
const PATIENCE_MS = 5_000;

/** What is known of the models of one server, by one key. */
interface Listing {
  names: ReadonlyMap<string, ListedModel>;
  /** Until when it counts, by `Clock.elapsed`. */
  freshUntil: number;
  /** When the server last answered, and when it last did not, epoch ms. */
  listedAt: number | undefined;
  failedAt: number | undefined;
  why: string | undefined;
  code: ModelErrorKind | undefined;
  pending: Promise<boolean> | undefined;
  /** Grows when the list is forgotten: what was asked before says nothing any more. */
  turn: number;
  /** Names that were looked for in this list. */
  readonly found: Map<string, ListedModel | undefined>;
}

/** What a server last said of itself and of one of its models. */
export interface Heard {
  readonly isAsked: boolean;
  readonly listedAt: number | undefined;
  readonly failedAt: number | undefined;
  readonly why: string | undefined;
  /** The kind of the failure. */
  readonly code: ModelErrorKind | undefined;
  readonly model: ListedModel | undefined;
}

/** What lists are asked with. */
export interface ServerListsOptions {
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Hears when a server is asked and when it answered. */
  readonly onChange?: () => void;
}

/**
 * The lists of models that servers have: each is asked for once for all who wait, and kept for 60 s. Models of one server and key
 * share one.
 */
export class ServerLists {
  readonly #clock: Clock;
  readonly #fetch: typeof globalThis.fetch | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #byModel = new WeakMap<Model, Listing>();
  readonly #byServer = new Map<string, Listing>();

  constructor({ clock, fetch, onChange }: ServerListsOptions) {
    this.#clock = clock;
    this.#fetch = fetch;
    if (onChange !== undefined) this.#listeners.add(onChange);
  }

  /** Hears of each server that is asked and of what it says; the returned function takes that back. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** What is known without asking. */
  heard(model: Model): Heard {
    const listing = this.#of(model);
    const { pending, listedAt, failedAt, why, code } = listing;
    const isAsked = pending !== undefined;
    return { isAsked, listedAt, failedAt, why, code, model: knownIn(listing, model.info.id) };
  }

  /**
   * Whether the server has the model: `undefined` at once where that is known, or where nobody can say; else a promise that rejects
   * with `ModelNotFoundError` for a name that it does not have. A server that does not answer says nothing about a name.
   */
  verify(model: Model): Promise<void> | undefined {
    if (model.list === undefined) return undefined;
    const listing = this.#of(model);
    const { id } = model.info;
    if (listing.freshUntil > this.#clock.elapsed()) {
      if (listing.names.size === 0 || listing.found.get(id) !== undefined) return undefined;
      return this.#require(listing, id);
    }
    return this.#ask(model, listing).then(
      (counts) => (counts ? this.#require(listing, id) : undefined),
      () => undefined,
    );
  }

  /** Asks now, whatever is known. Throws `ModelError`; `ModelNotFoundError` for a name that the server does not have. */
  async look(model: Model): Promise<ListedModel | undefined> {
    if (model.list === undefined) return undefined;
    const listing = this.#of(model);
    // Once more where that was forgotten meanwhile: the same may be so again, and nobody waits for ever.
    const counts = (await this.#ask(model, listing)) || (await this.#ask(model, listing));
    if (!counts) return undefined;
    await this.#require(listing, model.info.id);
    return listing.found.get(model.info.id);
  }

  /** Forgets a list that has turned out to be otherwise, and one that is on its way. */
  forget(model: Model): void {
    const listing = this.#of(model);
    const wasAsked = listing.pending !== undefined;
    listing.freshUntil = Number.NEGATIVE_INFINITY;
    listing.pending = undefined;
    listing.turn += 1;
    if (wasAsked) this.#tell();
  }

  #of(model: Model): Listing {
    const known = this.#byModel.get(model);
    if (known !== undefined) return known;
    const { provider, server, keyId } = model.info;
    const key = server === undefined ? undefined : `${provider} ${server} ${keyId ?? ''}`;
    const listing: Listing = (key === undefined ? undefined : this.#byServer.get(key)) ?? {
      names: new Map(),
      freshUntil: Number.NEGATIVE_INFINITY,
      listedAt: undefined,
      failedAt: undefined,
      why: undefined,
      code: undefined,
      pending: undefined,
      turn: 0,
      found: new Map(),
    };
    if (key !== undefined && this.#byServer.size < MOST) this.#byServer.set(key, listing);
    this.#byModel.set(model, listing);
    return listing;
  }

  #require(listing: Listing, id: string): Promise<void> {
    if (listing.names.size === 0 || id === 'default') return Promise.resolve();
    const found = findIn(listing, id);
    return found === undefined
      ? Promise.reject(noSuchModel(id, [...listing.names.keys()]))
      : Promise.resolve();
  }

  /** Whether what it said counts: nothing does that was asked before the list was forgotten. */
  #ask(model: Model, listing: Listing): Promise<boolean> {
    if (listing.pending !== undefined) return listing.pending;
    const { turn } = listing;
    const asked = this.#list(model).then(
      (models) => {
        if (turn !== listing.turn) return false;
        listing.names = new Map(models.map((one) => [one.id, one]));
        listing.found.clear();
        listing.pending = undefined;
        listing.listedAt = this.#clock.now();
        listing.freshUntil = this.#clock.elapsed() + KEPT_MS;
        listing.failedAt = undefined;
        listing.why = undefined;
        listing.code = undefined;
        findIn(listing, model.info.id);
        this.#tell();
        return true;
      },
      (error: unknown) => {
        if (turn !== listing.turn) return false;
        listing.pending = undefined;
        this.#note(listing, error);
        listing.names = new Map();
        listing.found.clear();
        listing.freshUntil = this.#clock.elapsed() + LEFT_MS;
        this.#tell();
        throw error;
      },
    );
    listing.pending = asked;
    this.#tell();
    return asked;
  }

  /** Who refuses to list what it has is there all the same. */
  #note(listing: Listing, error: unknown): void {
    const isThere = isRefusal(error);
    const at = this.#clock.now();
    if (isThere) listing.listedAt = at;
    listing.failedAt = isThere ? undefined : at;
    listing.why = isThere ? undefined : error instanceof Error ? error.message : String(error);
    listing.code = isThere ? undefined : toModelError(error).kind;
  }

  /** One that does not heed its signal holds nobody up. */
  async #list(model: Model): Promise<readonly ListedModel[]> {
    const controller = new AbortController();
    const { promise: late, reject } = Promise.withResolvers<never>();
    const cancel = this.#clock.after(PATIENCE_MS, () => {
      const error = new Error(
        `It did not say within ${PATIENCE_MS / 1_000} s which models it has.`,
      );
      reject(error);
      controller.abort(error);
    });
    try {
      const { signal } = controller;
      const fetch = this.#fetch === undefined ? {} : { fetch: this.#fetch };
      return await Promise.race([model.list?.({ signal, ...fetch }) ?? [], late]);
    } finally {
      cancel();
    }
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

/** Whether a failure to list is an answer: of a gateway that has no lists, or to a key that may not see them. */
function isRefusal(error: unknown): boolean {
  const { kind, status } = toModelError(error);
  return !IS_SILENCE[kind] || status === NOT_IMPLEMENTED;
}

const NOT_IMPLEMENTED = 501;

/** Whether a failure of this kind says that nobody sound answers. */
const IS_SILENCE: Readonly<Record<ModelErrorKind, boolean>> = {
  auth: false,
  permission: false,
  'not-found': false,
  invalid: false,
  'context-overflow': false,
  'content-filter': false,
  unsupported: false,
  'rate-limit': false,
  quota: false,
  loading: false,
  overloaded: true,
  server: true,
  network: true,
  timeout: true,
  interrupted: true,
  protocol: true,
  aborted: true,
};

/** Most servers whose lists are shared between models. */
const MOST = 1_000;

/** As `findIn`, and looks but once for a name that is not there. */
function knownIn(listing: Listing, id: string): ListedModel | undefined {
  if (listing.names.size === 0) return undefined;
  return listing.found.has(id) ? listing.found.get(id) : findIn(listing, id);
}

function findIn({ names, found }: Listing, id: string): ListedModel | undefined {
  const known = found.get(id);
  if (known !== undefined) return known;
  const model = names.get(id) ?? [...names.values()].find((listed) => isSameModel(id, listed.id));
  if (found.size < MOST) found.set(id, model);
  return model;
}
