import type { Member } from './member.ts';

/** Models that left and are remembered beyond their last call, for when they come back. */
const REMEMBERED = 100;

/** Who is in the team now. Whoever works with `members` sees each change at once. */
export class Roster {
  readonly #members: Map<string, Member>;
  readonly #departed = new Map<string, Member>();
  #version = 0;
  #nextOrder: number;

  constructor(members: ReadonlyMap<string, Member>) {
    this.#members = new Map(members);
    this.#nextOrder = members.size;
  }

  /** The models of the team by name, in the order in which they came. */
  get members(): ReadonlyMap<string, Member> {
    return this.#members;
  }

  /** Rises with each change, for whoever remembers what follows from the team. */
  get version(): number {
    return this.#version;
  }

  /** The place of the next model that comes. */
  get nextOrder(): number {
    return this.#nextOrder;
  }

  /** A model of the team, or one that left and may have calls under way. */
  known(name: string): Member | undefined {
    return this.#members.get(name) ?? this.#departed.get(name);
  }

  /** A model that left the team and is still remembered. */
  departed(name: string): Member | undefined {
    return this.#departed.get(name);
  }

  /** Takes a model in, or puts another form of it in its place. */
  put(member: Member): void {
    this.#departed.delete(member.name);
    this.#members.set(member.name, member);
    this.#nextOrder = Math.max(this.#nextOrder, member.order + 1);
    this.#version += 1;
  }

  /** Takes a model out; its calls under way still belong to it. */
  remove(name: string): void {
    const member = this.#members.get(name);
    if (member === undefined) return;
    this.#members.delete(name);
    this.#departed.set(name, member);
    this.#version += 1;
    for (const [old, { limits }] of this.#departed) {
      if (this.#departed.size <= REMEMBERED) break;
      if (limits.running === 0) this.#departed.delete(old);
    }
  }
}
