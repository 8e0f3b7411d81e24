import type { StandingLease, StateStore } from '../spec/store.ts';
import { BLANK_CARD, type NodeCard, readCard } from './node-card.ts';
import type { NodeView, ProjectView } from './share-out.ts';

/** Starts the names of streams and leases. */
export const PROJECT = 'project/';
export const NODE = 'node/';

/** Rounds for which a free project waits for the node that should have it. */
const PATIENT_ROUNDS = 5;

/** Rounds after which the cards of nodes are read anew where nothing hurries. */
const CARD_ROUNDS = 4;

/** What is seen in one round. */
export interface Seen {
  readonly nodes: readonly NodeView[];
  readonly cards: ReadonlyMap<string, NodeCard>;
  readonly projects: ReadonlyMap<string, ProjectView>;
  readonly orphans: ReadonlySet<string>;
  /** How long the store took to answer, in ms. */
  readonly storeMs: number;
}

/** What an outlook is made with. */
export interface OutlookParts {
  readonly store: StateStore;
  readonly me: string;
  readonly needs: (project: string) => readonly string[];
}

/** What this node itself knows in a round. */
export interface Own {
  readonly card: NodeCard;
  readonly wanted: Iterable<string>;
  readonly moving: Iterable<string>;
  /** Those that left the store, and are nobody's. */
  readonly away: { has(project: string): boolean };
}

/** Looks who lives, who works on what, and what the nodes tell of themselves. */
export class Outlook {
  readonly #parts: OutlookParts;
  /** For how many rounds each project has been free. */
  readonly #free = new Map<string, number>();
  /** Who was last seen to work on each project. */
  readonly #owners = new Map<string, string>();
  #cards: ReadonlyMap<string, NodeCard> = new Map();
  #cardRounds = 0;

  constructor(parts: OutlookParts) {
    this.#parts = parts;
  }

  /** One look. Throws `StoreError`. */
  async look(own: Own): Promise<Seen> {
    const { store } = this.#parts;
    const askedAt = performance.now();
    const [standing = [], streams] = await Promise.all([
      store.leases.standing?.(),
      store.events.streams(),
    ]);
    const storeMs = performance.now() - askedAt;
    const owners = this.#ownersOf(standing, streams, own);
    const names = this.#namesIn(standing);
    const cards = await this.#cardsOf(names, owners, own.card);
    const promised = promisesIn(cards);
    const projects = new Map(
      [...owners].map(([project, owner]): [string, ProjectView] => [
        project,
        {
          owner,
          needs: this.#parts.needs(project),
          promisedTo: promised.get(project),
          leftBy: this.#owners.get(project),
        },
      ]),
    );
    for (const [project, owner] of owners) {
      if (owner !== undefined) this.#owners.set(project, owner);
    }
    const nodes = names.map((name): NodeView => {
      const { labels, unwell, room } = cards.get(name) ?? BLANK_CARD;
      return { name, labels, isWell: unwell === undefined, room };
    });
    return { nodes, cards, projects, orphans: this.#orphansOf(owners), storeMs };
  }

  #namesIn(standing: readonly StandingLease[]): readonly string[] {
    const alive = standing.filter(({ name }) => name.startsWith(NODE));
    const names = alive.map(({ name }) => name.slice(NODE.length));
    return [...new Set([this.#parts.me, ...names])].toSorted();
  }

  #ownersOf(
    standing: readonly StandingLease[],
    streams: readonly string[],
    { wanted, moving, away }: Own,
  ): ReadonlyMap<string, string | undefined> {
    const owners = new Map<string, string | undefined>();
    for (const stream of streams) {
      const project = stream.slice(PROJECT.length);
      if (stream.startsWith(PROJECT) && !away.has(project)) owners.set(project, undefined);
    }
    for (const project of wanted) if (!away.has(project)) owners.set(project, undefined);
    for (const { name, holder } of standing) {
      if (name.startsWith(PROJECT)) owners.set(name.slice(PROJECT.length), holder.name);
    }
    // What is opened here is this node's, whether its lease stands already or not.
    for (const project of moving) owners.set(project, this.#parts.me);
    return owners;
  }

  /** Before anything free is taken, it has to be known to whom it was promised. */
  async #cardsOf(
    names: readonly string[],
    owners: ReadonlyMap<string, string | undefined>,
    own: NodeCard,
  ): Promise<ReadonlyMap<string, NodeCard>> {
    const { store, me } = this.#parts;
    const isFresh = names.every((name) => this.#cards.has(name));
    const isFree = [...owners.values()].includes(undefined);
    this.#cardRounds += 1;
    if (!isFresh || isFree || this.#cardRounds >= CARD_ROUNDS) {
      this.#cardRounds = 0;
      const others = names.filter((name) => name !== me);
      const read = others.map(
        async (name): Promise<[string, NodeCard]> => [
          name,
          await readCard(store, `${NODE}${name}`),
        ],
      );
      this.#cards = new Map(await Promise.all(read));
    }
    return new Map([...this.#cards, [me, own]]);
  }

  #orphansOf(owners: ReadonlyMap<string, string | undefined>): ReadonlySet<string> {
    const orphans = new Set<string>();
    for (const [project, owner] of owners) {
      const rounds = owner === undefined ? (this.#free.get(project) ?? 0) + 1 : 0;
      this.#free.set(project, rounds);
      if (rounds > PATIENT_ROUNDS) orphans.add(project);
    }
    return orphans;
  }
}

function promisesIn(cards: ReadonlyMap<string, NodeCard>): ReadonlyMap<string, string> {
  return new Map([...cards.values()].flatMap(({ promised }) => Object.entries(promised)));
}
