import { checkLeft } from './check-left.ts';
import { closeLife, type Life } from './host.ts';
import type { SimulatedProcess } from './process.ts';
import type { World } from './world.ts';

/** How soon whoever was taken over has to see it once it is awake, in ms: by its next renewal, whatever else it does. */
const NOTICE_MS = 6_000;

interface Zombie {
  readonly life: Life;
  /** When it was thawed, simulated ms. */
  wokenAt: number | undefined;
}

/** Lives of the overseer that were frozen while another took over, until they have come to rest. */
export class Zombies {
  readonly #world: World;
  readonly #lives = new Map<SimulatedProcess, Zombie>();

  constructor(world: World) {
    this.#world = world;
  }

  /** How many there are. */
  get size(): number {
    return this.#lives.size;
  }

  /** Somebody else is to have its project. */
  add(life: Life): void {
    this.#lives.set(life.process, { life, wokenAt: undefined });
  }

  /** Wakes one up, if there is one in that process and it was taken over; any other never comes back. */
  wake(process: SimulatedProcess): void {
    const zombie = this.#lives.get(process);
    if (zombie === undefined || this.#world.leader === process) {
      process.die();
      return;
    }
    this.#world.count('zombies');
    this.#world.note('-- a zombie wakes up');
    zombie.wokenAt = this.#world.elapsedMs();
    process.thaw();
  }

  /** Has those end that saw that they were taken over, and watches that all do. */
  look(): void {
    for (const [process, { life, wokenAt }] of this.#lives) {
      if (!process.alive) this.#lives.delete(process);
      else if (life.closed) {
        checkLeft(this.#world, life);
        this.#lives.delete(process);
      } else if (process.running && life.closing === undefined) this.#lookAt(life, wokenAt);
    }
  }

  #lookAt(life: Life, wokenAt = this.#world.elapsedMs()): void {
    const world = this.#world;
    if (life.team.open.journal.failure !== undefined) closeLife(world, life);
    else if (world.elapsedMs() - wokenAt > NOTICE_MS) {
      world.broken('R6: whoever was taken over does not see it');
    }
  }
}
