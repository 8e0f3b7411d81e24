import type { Clock } from '../internal/clock.ts';
import type { StateStore } from '../spec/store.ts';
import { type NodeCard, writeCard } from './node-card.ts';
import { NODE } from './outlook.ts';

/** How long a promise to another node is told, in ms. */
const PROMISE_MS = 10_000;

/** What a node is that makes a card of itself. */
export interface OwnCardParts {
  readonly name: string;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly labels: readonly string[];
  /** The most projects that it works on at once. */
  readonly most: number;
}

/** What a node tells the others of itself, as it stands now. */
export class OwnCard {
  readonly #parts: OwnCardParts;
  /** Until when each promise is told, and to whom, by what has elapsed. */
  readonly #promised = new Map<string, { readonly to: string; readonly untilAt: number }>();
  readonly #exhausted = new Map<string, number>();
  /** What was told last. */
  #told = '';

  constructor(parts: OwnCardParts) {
    this.#parts = parts;
  }

  /** A project is given up for another node. */
  promise(project: string, to: string): void {
    const untilAt = this.#parts.clock.elapsed() + PROMISE_MS;
    this.#promised.set(project, { to, untilAt });
  }

  /** A project is this node's again, whoever it was promised to before. */
  keep(project: string): void {
    this.#promised.delete(project);
  }

  /** The models of a project are used up here until then, epoch ms. */
  exhausted(project: string, untilAt: number): void {
    this.#exhausted.set(project, untilAt);
  }

  /** The card with so many projects, and why the node is not well, if it is not. */
  read(projects: number, unwell: string | undefined): NodeCard {
    const { clock, labels, most } = this.#parts;
    for (const [project, { untilAt }] of this.#promised) {
      if (untilAt <= clock.elapsed()) this.#promised.delete(project);
    }
    for (const [project, untilAt] of this.#exhausted) {
      if (untilAt <= clock.now()) this.#exhausted.delete(project);
    }
    const room = Math.max(0, most - projects);
    return {
      labels,
      ...(most === Number.POSITIVE_INFINITY ? {} : { room }),
      ...(unwell === undefined ? {} : { unwell }),
      promised: Object.fromEntries([...this.#promised].map(([project, { to }]) => [project, to])),
      exhausted: Object.fromEntries(this.#exhausted),
    };
  }

  /** Writes the card where the others see it, if it says anything new. */
  async tell(card: NodeCard): Promise<void> {
    const { store, name, clock } = this.#parts;
    const text = JSON.stringify(card);
    if (text === this.#told) return;
    await writeCard(store, `${NODE}${name}`, card, clock.now());
    this.#told = text;
  }
}
