import type { GivenGrant } from '../journal/grant.ts';
import type { BreakerStanding } from '../limit/breaker-standing.ts';
import type { LimitUse } from '../limit/limit-use.ts';
import type { Practice } from '../route/practice-entry.ts';
import type { PersonalMail } from '../run/aside-mail.ts';
import { type CacheState, cacheStates } from '../run/cache-state.ts';
import type { ModelState } from '../run/model-state.ts';
import type { OpenKernel } from '../run/open-kernel.ts';
import { personalData } from '../run/personal-data.ts';
import type { Settings } from '../run/settings.ts';
import type { StoreListener } from '../run/store-breaker.ts';
import { type ToolState, toolStates } from '../run/tool-state.ts';
import type { WaitingTask } from '../run/waiting-tasks.ts';
import type { OverseerEvent } from '../spec/event.ts';
import { breakerList } from './breaker-list.ts';
import type { Delegation } from './delegation.ts';
import { type DelegationFilter, readDelegations } from './delegations.ts';
import type { FailureReport } from './failure-report.ts';
import type { Progress } from './progress.ts';
import type { ProgressScope } from './progress-of.ts';
import { ProgressReader } from './progress-reader.ts';
import { readFailures } from './read-failures.ts';
import { type AuditFilter, type ToolCallRecord, toolAudit } from './tool-audit.ts';
import { type UsageRow, usageRows } from './usage.ts';

/** What an overseer tells of its work: read from its journal when somebody asks, or from what is folded anyway. */
export interface OverseerReadings {
  /** How every model of the team stands now. */
  models(): readonly ModelState[];

  /**
   * How the limits that models share stand now, and those of tools; those of users, tenants, runs and the like once one
   * has made a call.
   */
  limits(): readonly LimitUse[];

  /**
   * Every task that is ready and waits for its turn, in the order in which they are expected to start: its position,
   * what it waits for, and when it is expected to start if all goes as expected and nothing new comes. Changes nothing.
   */
  queue(): readonly WaitingTask[];

  /**
   * How every limit and every budget stands now, how fast it is used, and when it will be reached at that rate: limits by
   * model, then budgets from the project down, then what hedges cost where there may be any. A fold of what happened in
   * the last hour, bounded.
   */
  usage(): readonly UsageRow[];

  /**
   * What failed in a run so far, by cause and place: how often, what was done about it, what it cost, which tasks are open
   * because of it, and what to do. Reads the run's events anew. Throws `OverseerError` `run.unknown`.
   */
  failures(run: string): Promise<FailureReport>;

  /**
   * How far the project, its runs, their phases and tasks are: what is under way since when and until when, what needs
   * what, the critical path with slack, what holds work up, what limits did to the schedule, from where a run would go on,
   * and how each model did at each kind of task. Of the runs that are not finished and those that finished since it was
   * first asked for, or of one run of the journal. Read from the journal when it is asked for: nothing else pays for it.
   * Throws `OverseerError` `run.unknown`.
   */
  progress(scope?: ProgressScope): Promise<Progress>;

  /** What is known to work, and not to work, with each model at each kind of task: plain data, ready to be kept as JSON. */
  practices(): readonly Practice[];

  /** Every grant that counts now, and the latest that are over, in the order in which they were given. */
  grants(): readonly GivenGrant[];

  /**
   * Reads every tool call that the journal tells of, whether it was allowed or not: who, what, when, by whose leave, and
   * what came of it. In the order in which they ended, then those under way.
   */
  audit(filter?: AuditFilter): AsyncGenerator<ToolCallRecord>;

  /**
   * Reads who had which task when, and on which terms: for each attempt its model and role, context, prerequisites, tools and
   * permissions, what it has to bring about and by when, what it gave so far, and what came of it. In the order in which they
   * ended, then those under way. Throws `OverseerError`: `run.unknown`, `task.unknown`.
   */
  delegations(filter?: DelegationFilter): AsyncGenerator<Delegation>;

  /** How every tool stands now: which are left alone after failures, and until when; and how its quotas stand. */
  tools(): readonly ToolState[];

  /**
   * How the store of answers from before stands, and what embeds texts where that is used: whether it is left alone after
   * failures, and until when. Empty where no answers are kept.
   */
  cache(): readonly CacheState[];

  /**
   * Every circuit breaker there is: models, keys, servers, tools, answers from before, the journal's store, that of shared limits, and
   * those of the option `breakers`: whether it is left alone, since when, for what, and when it is tried again.
   */
  breakers(): readonly BreakerStanding[];

  /**
   * Calls `listener` when the journal's store is left alone, tried, or back, and when a write takes longer than 5 s: nothing can be
   * written down meanwhile, and all work waits. The function that it gives ends it. A listener that throws is left to itself.
   */
  onStore(listener: StoreListener): () => void;

  /** Why the whole project is paused, while it is. */
  readonly paused: string | undefined;

  /**
   * Every event of a person's runs, in order and with what is sensitive in them, and then messages that hold something of them which
   * nobody could act on: what this journal holds of that person.
   */
  exportUser(user: string): AsyncGenerator<OverseerEvent | PersonalMail>;
}

/** What readings are read from; `open` throws where nothing is told any more. */
interface Source {
  readonly settings: Settings;
  readonly open: OpenKernel;
}

/** Tells of the work of one overseer. */
export function createReadings(source: Source): OverseerReadings {
  const { settings } = source;
  const { shown, clock } = settings;
  const reader = new ProgressReader(settings, source.open);
  const onDisk = async (): Promise<string> => {
    const { kernel, journal } = source.open;
    await kernel.settled();
    return journal.stream;
  };
  return {
    models: () => source.open.kernel.models(),
    limits: () => {
      requireOpen(source);
      const nowMs = clock.now();
      return [...settings.shared.use(nowMs), ...settings.toolLimits.use(nowMs)];
    },
    queue: () => source.open.kernel.scheduling.waiting(),
    usage: () => usageRows(settings.members.values(), source.open.projection, clock.now()),
    failures: async (run) => await readFailures(shown, await onDisk(), run),
    progress: async (scope = {}) => {
      requireOpen(source);
      return await reader.ask(scope);
    },
    practices: () => source.open.projection.routing.practices.list(),
    grants: () => source.open.projection.grants.list(clock.now()),
    async *audit(filter = {}) {
      yield* toolAudit({ store: shown, stream: await onDisk() }, settings.tools, filter);
    },
    async *delegations(filter = {}) {
      yield* readDelegations(shown, await onDisk(), filter);
    },
    tools: () => toolStates(settings, source.open.projection),
    cache: () => {
      requireOpen(source);
      return cacheStates(settings);
    },
    breakers: () => {
      const open = requireOpen(source);
      return breakerList(settings, open.projection, open);
    },
    onStore: (listener) => source.open.writes.listen(listener),
    async *exportUser(user) {
      const stream = await onDisk();
      yield* personalData(settings.store, stream, user);
    },
    get paused() {
      return source.open.kernel.paused;
    },
  };
}

function requireOpen({ open }: Source): OpenKernel {
  return open;
}
