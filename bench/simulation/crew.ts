import { createWorker, type Worker, type WorkerChange } from '@overseer/core';
import type { SimulatedProcess } from './process.ts';
import type { OpenQueue } from './queue.ts';
import type { PlannedCrew } from './scenario.ts';
import { scriptedModel } from './scripted-model.ts';
import type { World } from './world.ts';

/** How often a worker looks for calls of which it was not told, in ms. */
const POLL_MS = 2_000;

/** How long nobody takes the place of one that died, at most, in ms. */
const VACANT_MS = 6_000;

/** The workers of a scenario, who die in the middle of calls and are replaced. */
export class Crew {
  readonly #world: World;
  readonly #queue: OpenQueue;
  readonly #plan: PlannedCrew;
  readonly #hands = new Map<SimulatedProcess, Worker>();
  #hired = 0;
  #isOver = false;

  constructor(world: World, queue: OpenQueue, plan: PlannedCrew) {
    this.#world = world;
    this.#queue = queue;
    this.#plan = plan;
    for (let count = 0; count < plan.workers; count++) this.#hire();
  }

  /** Lets all go, and says what they leave behind. */
  async close(): Promise<void> {
    this.#isOver = true;
    const left = [...this.#hands].filter(([process]) => process.alive);
    await Promise.all(
      left.map(async ([process, worker]) => {
        // One that dies now leaves nothing to wait for.
        await Promise.race([worker.close(), process.gone]);
        if (process.timers > 0) {
          this.#world.broken(`R12: ${process.timers} timers are left once a worker is closed`);
        }
        process.end();
      }),
    );
  }

  #hire(): void {
    const world = this.#world;
    const number = this.#hired;
    this.#hired += 1;
    const freeze = this.#plan.freezes[number];
    const fate = { dieAfter: this.#plan.deaths[number], freezeAfter: freeze?.after };
    const process = world.spawnWorker(fate, freeze?.ms ?? 0, () => this.#replace(process));
    world.note(`-- worker ${number} starts`);
    void this.#start(process, number);
  }

  async #start(process: SimulatedProcess, number: number): Promise<void> {
    const world = this.#world;
    const models = world.scenario.models
      .filter(({ remote }) => remote)
      .map((habits) => [habits.name, scriptedModel(world, process, habits)] as const);
    if (models.length === 0) return;
    const worker = await createWorker({
      transport: () => this.#queue(process),
      models: Object.fromEntries(models),
      slots: this.#plan.slots,
      name: `w${number}`,
      pollMs: POLL_MS,
      graceMs: 0,
      clock: process.clock,
      random: world.random(`worker ${number}`),
      onChange: (change) => this.#told(number, change),
    });
    this.#hands.set(process, worker);
  }

  #told(number: number, { kind, call }: WorkerChange): void {
    this.#world.count(`calls of workers ${kind}`);
    this.#world.note(`   worker ${number}: ${kind} …${call?.slice(-3) ?? ''}`);
  }

  #replace(process: SimulatedProcess): void {
    this.#hands.delete(process);
    const world = this.#world;
    const vacantMs = world.random('crew')() * VACANT_MS;
    world.at(world.elapsedMs() + vacantMs, () => {
      if (!this.#isOver) this.#hire();
    });
  }
}
