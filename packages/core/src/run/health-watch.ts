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
  /** One model of each server that is to be asked; those that went down come first. */
  readonly #urgent = new Map<string, Member>();
  readonly #waiting = new Map<string, Member>();
  /** Servers that are asked at this moment. */
  readonly #asked = new Set<string>();
  #working = 0;
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
    this.#urgent.clear();
    this.#waiting.clear();
    this.#cancel?.();
    this.#soon?.();
    this.#projection.watchers.delete(this.#watch);
  }

  #next(everyMs: number): void {
    const delayMs = everyMs * (0.75 + this.#settings.random() / 2);
    this.#cancel = this.#settings.clock.after(delayMs, () => {
      this.#ask(this.#waiting, (member) => !this.#isWell(member, everyMs));
      this.#next(everyMs);
    });
  }

  #hear(event: OverseerEvent): void {
    if (event.type !== 'model.changed' || event.data.work !== 'error') return;
    if (this.#soon !== undefined) return;
    const delayMs = SOON_MS * (0.25 + 0.75 * this.#settings.random());
    this.#soon = this.#settings.clock.after(delayMs, () => {
      this.#soon = undefined;
      const nowMs = this.#settings.clock.now();
      this.#ask(
        this.#urgent,
        ({ name }) => this.#projection.breakers.down(name, nowMs) !== undefined,
      );
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

  /** Has each server asked once for all its models; what waits already is not asked twice. */
  #ask(into: Map<string, Member>, isWanted: (member: Member) => boolean): void {
    for (const member of this.#settings.members.values()) {
      if (member.model.list === undefined || !isWanted(member)) continue;
      const key = serverOf(member);
      if (this.#asked.has(key) || this.#urgent.has(key)) continue;
      this.#waiting.delete(key);
      into.set(key, member);
    }
    while (this.#working < AT_ONCE && this.#urgent.size + this.#waiting.size > 0) void this.#work();
  }

  /** Asks one after the other until nobody waits any more. */
  async #work(): Promise<void> {
    this.#working += 1;
    for (let next = this.#take(); next !== undefined; next = this.#take()) {
      const { name, model } = next;
      if (this.#settings.members.get(name)?.model !== model) continue;
      const key = serverOf(next);
      this.#asked.add(key);
      // What it says, and that it says nothing, is noted in the lists.
      await this.#settings.lists.look(model).catch(() => undefined);
      this.#asked.delete(key);
    }
    this.#working -= 1;
  }

  #take(): Member | undefined {
    if (this.#closed) return undefined;
    const from = this.#urgent.size > 0 ? this.#urgent : this.#waiting;
    for (const [key, member] of from) {
      from.delete(key);
      return member;
    }
    return undefined;
  }
}

/** The same for all models of a server and key. */
function serverOf({ name, model }: Member): string {
  const { provider, server, keyId } = model.info;
  return server === undefined ? `member ${name}` : `${provider} ${server} ${keyId ?? ''}`;
}
