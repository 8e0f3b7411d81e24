import type { Member } from '../route/member.ts';
import type { OverseerEvent } from '../spec/event.ts';
import type { Projection } from './projection.ts';
import type { Settings } from './settings.ts';

/** Servers that are asked at once. */
const AT_ONCE = 4;

/** A server that went down is asked within this time, in ms. */
const SOON_MS = 1_000;

/**
 * Asks servers how they are, by their lists of models: from time to time those of which nothing was heard, and soon those of models
 * that went down. What is in use and well needs no question. What is heard says how a model is connected; whether it gets work is the
 * breakers' to say.
 */
export class HealthWatch {
  readonly #settings: Settings;
  readonly #projection: Projection;
  readonly #watch = (event: OverseerEvent): void => this.#hear(event);
  #cancel: (() => void) | undefined;
  #soon: (() => void) | undefined;
  #asking = 0;
  #closed = false;

  constructor(settings: Settings, projection: Projection) {
    this.#settings = settings;
    this.#projection = projection;
    if (settings.healthMs === undefined) return;
    projection.watchers.add(this.#watch);
    this.#next(settings.healthMs);
  }

  /** Asks nobody any more. */
  close(): void {
    this.#closed = true;
    this.#cancel?.();
    this.#soon?.();
    this.#projection.watchers.delete(this.#watch);
  }

  #next(everyMs: number): void {
    const delayMs = everyMs * (0.75 + this.#settings.random() / 2);
    this.#cancel = this.#settings.clock.after(delayMs, () => {
      void this.#ask((member) => !this.#isWell(member, everyMs));
      this.#next(everyMs);
    });
  }

  #hear(event: OverseerEvent): void {
    if (event.type !== 'model.changed' || event.data.state !== 'down') return;
    if (this.#soon !== undefined) return;
    const delayMs = SOON_MS * (0.25 + 0.75 * this.#settings.random());
    this.#soon = this.#settings.clock.after(delayMs, () => {
      this.#soon = undefined;
      const nowMs = this.#settings.clock.now();
      void this.#ask(({ name }) => this.#projection.breakers.down(name, nowMs) !== undefined);
    });
  }

  /** In use, and nothing is said against it; or heard of lately. */
  #isWell({ name, model, limits }: Member, everyMs: number): boolean {
    const nowMs = this.#settings.clock.now();
    const { breakers } = this.#projection;
    if (breakers.trouble(name) !== undefined) return false;
    const { listedAt = 0 } = this.#settings.lists.heard(model);
    const heardAt = Math.max(breakers.succeededAt(name) ?? 0, listedAt);
    return limits.running > 0 || nowMs - heardAt < everyMs / 2;
  }

  /** Asks a server once for all its models, and a few servers at once. */
  async #ask(isWanted: (member: Member) => boolean): Promise<void> {
    const { members, lists } = this.#settings;
    const seen = new Set<string>();
    const wanted = [...members.values()].filter((member) => {
      const { name, model } = member;
      const { provider, server, keyId } = model.info;
      const key = server === undefined ? name : `${provider} ${server} ${keyId ?? ''}`;
      if (model.list === undefined || seen.has(key) || !isWanted(member)) return false;
      seen.add(key);
      return true;
    });
    const queue = wanted;
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        if (this.#closed) return;
        // What it says, and that it says nothing, is noted in the lists.
        await lists.look(next.model).catch(() => undefined);
      }
    };
    const free = AT_ONCE - this.#asking;
    if (free <= 0) return;
    this.#asking += free;
    await Promise.all(Array.from({ length: free }, work));
    this.#asking -= free;
  }
}
