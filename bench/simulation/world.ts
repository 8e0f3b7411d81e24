import type { OverseerEvent, StateStore } from '@overseer/core/spec';
import { createFakeClock, type FakeClock } from '@overseer/core/testing';
import type { Random } from '../harness/random.ts';
import { SimulatedProcess } from './process.ts';
import type { Scenario } from './scenario.ts';

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
  #process: SimulatedProcess;

  constructor(scenario: Scenario) {
    this.scenario = scenario;
    this.#deaths = [...scenario.deaths];
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
    return new SimulatedProcess(this.clock, this.#deaths.shift(), () => {
      this.count('deaths');
      this.note('-- the process dies');
    });
  }

  /** When it all began, epoch ms. */
  get startedAt(): number {
    return this.#startedAt;
  }
}

/** Opens what lies on the disk of a world. */
export type OpenDisk = () => Promise<StateStore>;
