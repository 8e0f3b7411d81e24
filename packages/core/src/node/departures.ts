import { randomUUID } from 'node:crypto';
import { OverseerError } from '../errors/overseer-error.ts';
import type { Clock } from '../internal/clock.ts';
import { leftFor } from '../journal/left-for.ts';
import { keptStream } from '../run/kept-replies.ts';
import type { HandoffTarget } from '../spec/handoff-target.ts';
import type { StateStore } from '../spec/store.ts';
import type { AwayProjects } from './away-projects.ts';
import type { GiveUp } from './holdings.ts';
import { leaveUnled } from './leave-unled.ts';
import { PROJECT } from './outlook.ts';

/** What departures are made with. */
export interface DeparturesParts {
  readonly store: StateStore;
  readonly clock: Clock;
  /** The name of this node. */
  readonly name: string;
  /** Where they go; nowhere, where it is left out. */
  readonly target: HandoffTarget | undefined;
  readonly away: AwayProjects;
  /** The projects that this node works on. */
  led(): readonly string[];
  /** Whether no other node lives. */
  isAlone(): boolean;
  /** Gives a project up; resolves when its last word is said. */
  give(project: string, order: GiveUp): Promise<void>;
  trouble(project: string, error: unknown): void;
}

/** How long a project stays here by itself that its receiver refused, and how soon what could not be sent is tried again, in ms. */
const REFUSED_MS = 600_000;
const AGAIN_MS = 10_000;

/** How long a receiver waits for replies that this node sends after a project, where nobody says, in ms. */
const LATE_WAIT_MS = 300_000;

/** How long replies may come for a project that its receiver has, in ms: longer than calls take. */
const LATE_MS = 3_600_000;

/** After so many times that a project could not be opened it goes to another store. */
const FAILURES = 3;

/** How many projects are seen to in one look. */
const LOOKED_AT = 20;

/** The projects that a node lets go to another store: their sending, and what comes back. */
export class Departures {
  readonly #parts: DeparturesParts;
  /** Those that were sent since this node began. */
  readonly #sent = new Set<string>();
  /** Those whose receipt is here, and since when, by what has elapsed. */
  readonly #closed = new Map<string, number>();
  /** By project: how much was noted beside it when its late replies were sent last. */
  readonly #late = new Map<string, number>();
  /** Until when each is left alone, by what has elapsed. */
  readonly #later = new Map<string, number>();
  readonly #refused = new Map<string, number>();
  #looking: Promise<void> | undefined;

  constructor(parts: DeparturesParts) {
    this.#parts = parts;
  }

  /** Whether a project is to go to the other store by an order: one that names it, or where no node of this store can have it. */
  takes(project: string, { to, trigger }: GiveUp, isNobodyFit: boolean): boolean {
    const { target } = this.#parts;
    if (target === undefined || to !== undefined) return to === target?.name && to !== undefined;
    return isNobodyFit && (trigger === 'operator' || this.#mayGo(project));
  }

  /** Lets a project go, and sends it. */
  async go(project: string, order: GiveUp): Promise<void> {
    const { target } = this.#parts;
    if (target === undefined) return;
    this.#closed.delete(project);
    await this.#parts.give(project, orderOf(target, order));
    await this.#seeTo(target, project);
  }

  /** Lets all projects go that may. */
  goAll(order: GiveUp): void {
    for (const project of this.#goers()) void this.go(project, order);
  }

  /** Where no other node lives, nobody is left for what this one has: lets all of it go, and resolves when it is sent. */
  async close(order: GiveUp): Promise<void> {
    await this.#looking;
    if (!this.#parts.isAlone()) return;
    await Promise.all(this.#goers().map((project) => this.go(project, order)));
  }

  /** A project that nobody here can open goes to another store. */
  async failed(project: string, times: number, error: unknown): Promise<void> {
    const { target, away, trouble, isAlone } = this.#parts;
    if (target === undefined || times < FAILURES || !isAlone() || !this.#mayGo(project)) return;
    const because = `it could not be opened ${times} times: ${kindOf(error)}`;
    const order = orderOf(target, { trigger: 'failure', because });
    try {
      await leaveUnled(this.#parts, project, order);
      away.add(project);
      await this.#seeTo(target, project);
    } catch (failure) {
      trouble(project, failure);
    }
  }

  /** Sends what is not sent, and reads answers; one look at a time. */
  look(): void {
    this.#looking ??= this.#lookAtAll().finally(() => {
      this.#looking = undefined;
    });
  }

  /** What may go without a person's order: not what was refused lately. */
  #goers(): readonly string[] {
    const { target, led } = this.#parts;
    return target === undefined ? [] : led().filter((project) => this.#mayGo(project));
  }

  #mayGo(project: string): boolean {
    return (this.#refused.get(project) ?? 0) <= this.#parts.clock.elapsed();
  }

  async #lookAtAll(): Promise<void> {
    const { away, clock, target } = this.#parts;
    if (target === undefined) return;
    const due = away.projects
      .filter((project) => !this.#isOver(project))
      .filter((project) => (this.#later.get(project) ?? 0) <= clock.elapsed());
    for (const project of due.slice(0, LOOKED_AT)) await this.#seeTo(target, project);
  }

  /** Whether its receiver has it, and no reply can come for it any more. */
  #isOver(project: string): boolean {
    const closedAt = this.#closed.get(project);
    return closedAt !== undefined && closedAt + LATE_MS < this.#parts.clock.elapsed();
  }

  async #seeTo(target: HandoffTarget, project: string): Promise<void> {
    const { store, clock, trouble } = this.#parts;
    this.#later.set(project, clock.elapsed() + AGAIN_MS);
    try {
      const left = await leftFor(store, `${PROJECT}${project}`);
      if (left?.away.receiver !== target.receiver) return;
      const { handoff } = left.away;
      if (!this.#sent.has(handoff)) await target.send({ store, project });
      this.#sent.add(handoff);
      if (!this.#closed.has(project)) {
        const end = await target.settle?.({ store, project });
        if (end === 'closed') this.#closed.set(project, clock.elapsed());
        if (end === 'taken-back') this.#refused.set(project, clock.elapsed() + REFUSED_MS);
      }
      // After the answer, which must be read whether or not they can be sent.
      await this.#sendLate(target, project);
    } catch (error) {
      trouble(project, error);
    }
  }

  async #sendLate(target: HandoffTarget, project: string): Promise<void> {
    if (target.sendLate === undefined) return;
    const { store } = this.#parts;
    const noted = await store.events.head(keptStream(`${PROJECT}${project}`));
    if (noted === (this.#late.get(project) ?? 0)) return;
    await target.sendLate({ store, project });
    this.#late.set(project, noted);
  }
}

/** What a host's team or store says may hold keys, and no redactor of theirs is there; `onChange` has the error as it is. */
function kindOf(error: unknown): string {
  return OverseerError.is(error) ? error.code : 'its team or its store failed';
}

/** The order by which a project goes to a target. */
export function orderOf(
  { name, receiver, waitMs, sendLate, lateMs = sendLate && LATE_WAIT_MS }: HandoffTarget,
  order: GiveUp,
): GiveUp {
  return {
    ...order,
    to: name,
    away: { handoff: randomUUID(), receiver },
    ...(waitMs === undefined ? {} : { waitMs }),
    ...(lateMs === undefined ? {} : { lateMs }),
  };
}
