import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { createFakeClock, type FakeClock } from '@overseer/core/testing';
import type { Random } from '../harness/random.ts';
import { JobLedger } from './job-ledger.ts';
import { type Fate, SimulatedProcess } from './process.ts';
import type { Freeze, Scenario } from './scenario.ts';

/** A model's stream that is open: of which run, and how to see whether it was told to stop. */
export interface OpenStream {
  readonly run: string;
  readonly process: SimulatedProcess;
  readonly signal: AbortSignal;
}

/** What outlives a process: time, the disk, what tools and commits did, and what was seen of broken promises. */
export class World {
  readonly scenario: Scenario;
  readonly clock: FakeClock = createFakeClock();
  readonly violations: string[] = [];
  readonly trace: string[] = [];
  readonly streams: Set<OpenStream> = new Set();
  /** What the store acknowledged or wrote, in order; filled by the store. */
  readonly written: OverseerEvent[] = [];
  readonly counts: Record<string, number> = {};
  /** The nonces of tool calls that took effect, with how often. */
  readonly effects: Map<string, number> = new Map();
  /** Under which nonce each idempotency key was used. */
  readonly keys: Map<string, string> = new Map();
  /** Commits by attempt. */
  readonly commits: Map<string, { readonly task: string; readonly files: readonly string[] }> =
    new Map();
  readonly #startedAt: number = this.clock.now();
  readonly #deaths: number[];
  readonly #freezes: Freeze[];
  #process: SimulatedProcess;
  /** What is sent to workers, and what becomes of it. */
  readonly jobs: JobLedger = new JobLedger(this);
  /** Who has the lease, and its epoch; told by the store. */
  leader: SimulatedProcess | undefined;
  epoch = 0;
  /** What is done with a process of the kernel that was frozen for its time. */
  thaw: (process: SimulatedProcess) => void = (process) => process.thaw();

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.#deaths = [...scenario.deaths];
    this.#freezes = [...scenario.freezes];
    this.#process = this.#spawn();
  }

  /** The process that lives, or the last one that did. */
  get process(): SimulatedProcess {
    return this.#process;
  }

  /** Simulated ms since the beginning; clocks that were set back do not change it. */
  elapsedMs(): number {
    return this.#elapsed;
  }

  #elapsed = 0;

  /** Goes on to the next moment at which something happens; `false` when nothing ever will. */
  advance(): boolean {
    const ms = this.clock.untilNextMs;
    if (ms === undefined) return false;
    this.#elapsed += ms;
    this.clock.advance(ms);
    return true;
  }

  /** Calls back at a moment of the simulation, whatever lives then. */
  at(elapsedMs: number, callback: () => void): void {
    this.clock.after(Math.max(0, Math.round(elapsedMs - this.#elapsed)), callback);
  }

  random(purpose: string): Random {
    return this.scenario.random(purpose);
  }

  note(line: string): void {
    this.trace.push(`${String(Math.round(this.#elapsed)).padStart(7)} ms  ${line}`);
  }

  count(what: string, by = 1): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }

  /** A promise was broken. */
  broken(sentence: string): void {
    if (this.violations.includes(sentence)) return;
    this.violations.push(sentence);
    this.note(`!! ${sentence}`);
  }

  /** Starts another process in place of one that ended. */
  restart(): SimulatedProcess {
    this.#process = this.#spawn();
    return this.#process;
  }

  #spawn(): SimulatedProcess {
    const freeze = this.#freezes.shift();
    const fate = { dieAfter: this.#deaths.shift(), freezeAfter: freeze?.after };
    return this.#born('process', fate, (process) => {
      process.frozenMs = freeze?.ms ?? 0;
      this.at(this.#elapsed + (freeze?.ms ?? 0), () => this.thaw(process));
    });
  }

  /** Starts a worker's process; `died` hears of its death. */
  spawnWorker(fate: Fate, frozenMs: number, died: () => void): SimulatedProcess {
    const froze = (process: SimulatedProcess): void => {
      this.at(this.#elapsed + frozenMs, () => process.thaw());
    };
    return this.#born('worker', fate, froze, died);
  }

  #born(
    what: 'process' | 'worker',
    fate: Fate,
    froze: (process: SimulatedProcess) => void,
    died: () => void = () => undefined,
  ): SimulatedProcess {
    return new SimulatedProcess(this.clock, fate, {
      died: () => {
        this.count(what === 'process' ? 'deaths' : 'worker deaths');
        this.note(`-- the ${what} dies`);
        died();
      },
      froze: (process) => {
        this.count(what === 'process' ? 'freezes' : 'worker freezes');
        this.note(`-- the ${what} is frozen`);
        froze(process);
      },
    });
  }

  /** When it all began, epoch ms. */
  get startedAt(): number {
    return this.#startedAt;
  }
}

/** Opens what lies on the disk of a world, as a process has it. */
export type OpenDisk = (process: SimulatedProcess) => Promise<StateStore>;
