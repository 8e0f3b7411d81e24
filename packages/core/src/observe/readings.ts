import type { GivenGrant } from '../journal/grant.ts';
import type { LimitUse } from '../limit/limit-use.ts';
import type { Practice } from '../route/practices.ts';
import { type CacheState, cacheStates } from '../run/cache-state.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import type { Settings } from '../run/settings.ts';
import { type ToolState, toolStates } from '../run/tool-state.ts';
import type { Delegation } from './delegation.ts';
import { type DelegationFilter, readDelegations } from './delegations.ts';
import type { FailureReport } from './failure-report.ts';
import type { Progress } from './progress.ts';
import type { ProgressScope } from './progress-of.ts';
import { ProgressReader } from './progress-reader.ts';
import { readFailures } from './read-failures.ts';
import { type AuditFilter, type ToolCallRecord, toolAudit } from './tool-audit.ts';
import { type UsageRow, usageRows } from './usage.ts';

/** What is told of the work of one overseer: read from its journal when somebody asks, or from what is folded anyway. */
export class Readings {
  readonly #settings: Settings;
  readonly #open: OpenKernel;
  readonly #progress: ProgressReader;

  constructor(settings: Settings, open: OpenKernel) {
    this.#settings = settings;
    this.#open = open;
    this.#progress = new ProgressReader(settings, open);
  }

  /** How every limit and every budget stands now. */
  usage(): readonly UsageRow[] {
    const { members, clock } = this.#settings;
    return usageRows(members.values(), this.#open.projection, clock.now());
  }

  /** How the limits that models share stand now, and those of tools. */
  limits(): readonly LimitUse[] {
    const { shared, toolLimits, clock } = this.#settings;
    const nowMs = clock.now();
    return [...shared.use(nowMs), ...toolLimits.use(nowMs)];
  }

  /** How every tool stands now. */
  tools(): readonly ToolState[] {
    return toolStates(this.#settings, this.#open.projection);
  }

  /** How what answers from before stand on is doing. */
  cache(): readonly CacheState[] {
    return cacheStates(this.#settings);
  }

  /** Every grant that counts now, and the latest that are over. */
  grants(): readonly GivenGrant[] {
    return this.#open.projection.grants.list(this.#settings.clock.now());
  }

  /** What is known to work with each model at each kind of task. */
  practices(): readonly Practice[] {
    return this.#open.projection.routing.practices.list();
  }

  /** What failed in a run so far. Throws `OverseerError` `run.unknown`. */
  async failures(run: string): Promise<FailureReport> {
    const { kernel, journal } = this.#open;
    await kernel.settled();
    return await readFailures(this.#settings.shown, journal.stream, run);
  }

  /** How far the work is. Throws `OverseerError` `run.unknown`. */
  progress(scope: ProgressScope): Promise<Progress> {
    return this.#progress.ask(scope);
  }

  /** Every attempt as a delegation. Throws `OverseerError`: `run.unknown`, `task.unknown`. */
  async *delegations(filter: DelegationFilter): AsyncGenerator<Delegation> {
    const { kernel, journal } = this.#open;
    await kernel.settled();
    yield* readDelegations(this.#settings.shown, journal.stream, filter);
  }

  /** Every tool call that the journal tells of. */
  async *audit(filter: AuditFilter): AsyncGenerator<ToolCallRecord> {
    const { kernel, journal } = this.#open;
    await kernel.settled();
    const { shown: store, tools } = this.#settings;
    yield* toolAudit({ store, stream: journal.stream }, tools, filter);
  }
}
