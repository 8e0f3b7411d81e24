import type { Run, WorkScope } from '@overseer/core';
import type { Random } from '../harness/random.ts';
import type { Audit } from './audit.ts';
import { pick } from './chance.ts';
import { closeLife, type Life } from './host.ts';
import type { World } from './world.ts';

/** What a meddler looks at. */
export interface Scene {
  /** The overseer that lives now, if one does. */
  life(): Life | undefined;
  /** Reads what became durable. */
  look(): void;
}

/** Cancelling is at once; this is what a slow disk may add, in simulated ms. */
const CANCEL_MS = 5_000;

/** Puts the clock of the world back and forth, as operators and time servers do. */
export function setClockAside(world: World): void {
  if (!world.scenario.has('clock-jumps')) return;
  const random = world.random('clock');
  for (let count = 0; count < 3; count++) {
    world.at(random() * 60_000, () => {
      const by = pick(random, [-1, -50, -5_000, -3_600_000, 90_000]);
      world.note(`-- the clock jumps by ${by} ms`);
      world.clock.set(world.clock.now() + by);
    });
  }
}

/** Whether orders reach it. */
function isAtWork({ process, closing, team }: Life): boolean {
  return process.running && closing === undefined && team.open.journal.failure === undefined;
}

/** A host that pauses, resumes, cancels, reads and closes at moments of chance. */
export class Meddler {
  readonly #world: World;
  readonly #audit: Audit;
  readonly #scene: Scene;

  constructor(world: World, audit: Audit, scene: Scene) {
    this.#world = world;
    this.#audit = audit;
    this.#scene = scene;
  }

  /** Decides when it is going to meddle. */
  schedule(): void {
    if (!this.#world.scenario.has('host')) return;
    const random = this.#world.random('host');
    for (let count = 0; count < 6; count++) {
      this.#world.at(random() * 40_000, () => this.#meddle(random));
    }
  }

  /** Everything that is paused goes on some time, or a run would never end. */
  scheduleOrders(): void {
    if (!this.#world.scenario.has('orders')) return;
    const random = this.#world.random('orders');
    for (let count = 0; count < 8; count++) {
      this.#world.at(random() * 40_000, () => this.#giveOrder(random));
    }
  }

  /** Has every question that came up answered by a person, some time later. */
  hearQuestions(life: Life): void {
    const world = this.#world;
    const random = world.random('people');
    for (const question of life.overseer.questions()) {
      const name = `${question.run} ${question.task} ${question.id}`;
      if (life.heard.has(name)) continue;
      life.heard.add(name);
      world.at(world.elapsedMs() + random() * 20_000, () => {
        if (life.process.frozen) life.heard.delete(name);
        if (!life.process.running || life.closing !== undefined) return;
        world.count('answers of people');
        const reply = question.id.startsWith('tool-')
          ? whetherDone(world, question.request, random)
          : pick(random, ['yes', 'yes', 'yes', 'yes', 'no']);
        life.overseer.answer(question, reply, 'ada').catch(() => undefined);
      });
    }
  }

  resume(run: Run): void {
    this.#world.note(`-- the host resumes …${run.id.slice(-3)}`);
    this.guarded(() => run.resume());
  }

  /** A handle that outlived its overseer, or whose journal failed, may throw; it must not break anything. */
  guarded(act: () => void): void {
    try {
      act();
    } catch (error) {
      this.#world.note(`   which throws ${String(error)}`);
    }
  }

  cancel(run: Run, life: Life): void {
    const world = this.#world;
    world.note(`-- the host cancels …${run.id.slice(-3)}`);
    world.count('cancels');
    const askedAt = world.elapsedMs();
    run.cancel('enough').then(
      () => this.#checkCancelled(run, life, world.elapsedMs() - askedAt),
      (error: unknown) => world.note(`   which rejects: ${String(error)}`),
    );
  }

  /** Reads a run while it goes on, as a viewer does. */
  async readAlong(run: Run): Promise<void> {
    const world = this.#world;
    let last = 0;
    try {
      for await (const { seq } of run) {
        if (seq <= last) world.broken('R1: a reader is shown events out of order');
        if (seq > world.written.length) {
          world.broken('R1: a reader is shown an event that is not on disk');
        }
        last = seq;
      }
    } catch (error) {
      world.note(`   a reader ends: ${String(error)}`);
    }
  }

  #giveOrder(random: Random): void {
    const life = this.#scene.life();
    if (life === undefined || !isAtWork(life)) return;
    const { overseer, team } = life;
    const runs = [...team.open.projection.runs.values()].filter(
      ({ status }) => status !== 'finished',
    );
    const run = runs[Math.floor(random() * runs.length)];
    const tasks = [...(run?.tasks.keys() ?? [])];
    const task = tasks[Math.floor(random() * tasks.length)];
    if (run === undefined || task === undefined) return;
    const scope = random() < 0.15 ? {} : { run: run.id, task };
    const order = { by: 'ada' };
    const chance = random();
    const give = (name: string, given: Promise<void>): void => {
      this.#world.note(`-- somebody orders: ${name} ${scope.task ?? 'everything'}`);
      this.#world.count('orders');
      given.catch((error: unknown) =>
        this.#world.note(`   which is refused: ${withoutIds(error)}`),
      );
    };
    if (chance < 0.35) {
      give('pause', overseer.pause(scope, order));
      // A slow disk takes its time to have it.
      this.#resumeLater(scope, 2_000 + random() * 10_000);
    } else if (chance < 0.5) give('cancel', overseer.cancel({ run: run.id, task }, order));
    else if (chance < 0.7) {
      const models = [...team.settings.members.keys()];
      const model = models[Math.floor(random() * (models.length + 1))];
      give(`for ${model}`, overseer.reassign({ run: run.id, task }, model, order));
    } else if (chance < 0.85) {
      const priority = pick(random, ['critical', 'high', 'low'] as const);
      give(priority, overseer.reprioritise({ run: run.id, task }, priority, order));
    } else give('retry', overseer.retry({ run: run.id, task }, order));
  }

  /** By whichever overseer lives then. */
  #resumeLater(scope: WorkScope, delayMs: number): void {
    const world = this.#world;
    world.at(world.elapsedMs() + delayMs, () => {
      const life = this.#scene.life();
      if (life === undefined || !isAtWork(life)) {
        this.#resumeLater(scope, 1_000);
        return;
      }
      if (!this.#audit.isPaused(scope)) return;
      world.note(`-- somebody resumes ${scope.task ?? 'everything'}`);
      life.overseer.resume(scope).catch((error: unknown) => {
        world.note(`   which is refused: ${withoutIds(error)}`);
      });
      // A process that dies in that moment kept nothing of it.
      this.#resumeLater(scope, 1_000);
    });
  }

  #meddle(random: Random): void {
    const life = this.#scene.life();
    if (life === undefined || !life.process.running || life.closing !== undefined) return;
    const run = [...life.handles.values()][Math.floor(random() * life.handles.size)];
    const chance = random();
    if (run === undefined) return;
    if (chance < 0.35) this.#pause(run, random);
    else if (chance < 0.5) this.resume(run);
    else if (chance < 0.7) this.cancel(run, life);
    else if (chance < 0.85) this.#close(life);
    else void this.readAlong(run);
  }

  #pause(run: Run, random: Random): void {
    const world = this.#world;
    world.note(`-- the host pauses …${run.id.slice(-3)}`);
    this.guarded(() => run.pause());
    world.at(world.elapsedMs() + random() * 10_000, () => this.resume(run));
    if (random() < 0.3) this.resume(run);
  }

  #close(life: Life): void {
    this.#world.note('-- the host closes the overseer');
    this.#world.count('closes');
    closeLife(this.#world, life);
  }

  #checkCancelled(run: Run, life: Life, tookMs: number): void {
    const world = this.#world;
    this.#scene.look();
    const audited = this.#audit.runs.get(run.id);
    if (audited?.status !== 'finished') {
      world.broken('K6: cancel resolves before the end of the run is on disk');
    }
    for (const { process, signal, run: name } of world.streams) {
      // Twins ask the same, so that nobody can tell whose stream it is.
      const isTwin = world.scenario.runs.some(({ name: twin }) => twin.startsWith(`${name} `));
      const isOfRun = process === life.process && audited?.title.includes(name) === true;
      if (isOfRun && !isTwin && !signal.aborted)
        world.broken('K6: a stream of a cancelled run was not aborted');
    }
    // Nobody can be told how long a process may stand still.
    if (tookMs > CANCEL_MS && !life.process.wasFrozen)
      world.broken(`K6: cancel takes ${tookMs} ms`);
  }
}

/** A person looks whether a call in doubt took effect, and says so; now and then it is unreadable, or enough. */
function whetherDone(world: World, request: string, random: Random): string {
  const nonce = /"nonce":"([^"]*)"/.exec(request)?.[1] ?? '';
  const truth = world.effects.has(nonce) ? `done right: ${nonce}` : 'not done';
  world.count('doubts');
  return pick(random, [truth, truth, truth, truth, truth, truth, 'give up', 'hm?']);
}

/** Ids differ from one play of a seed to the next. */
function withoutIds(error: unknown): string {
  return String(error).replaceAll(/\b[0-9a-z]{20,}\b/g, (id) => `…${id.slice(-3)}`);
}
