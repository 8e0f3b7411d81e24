import type { CacheScope } from './answer-store.ts';
import type { UsageTotals } from './call-amounts.ts';
import type { HandoffAway } from './handoff-events.ts';
import type { BudgetScope, BudgetSpec } from './limit.ts';
import type { ModelConnection } from './model-status.ts';
import type { PlanTask } from './task.ts';

/** How a run ended. */
export type RunStatus = 'completed' | 'stopped' | 'failed';

/**
 * Why an overseer gives a project up: somebody ordered it, its process is to end, it is not well, its models are used up, the project
 * cannot be worked here, or another node is to have its part.
 */
export type HandoffTrigger =
  | 'operator'
  | 'maintenance'
  | 'degradation'
  | 'limits'
  | 'failure'
  | 'balance';

/** What the events of the journal itself, of runs and of their plans carry. */
export interface RunEventData {
  /**
   * The overseer gives the project up to another one. The calls that it has under way go on there, and their replies are passed
   * on until `untilAt`; whoever goes on waits for them until then.
   */
  'handoff.offered': {
    readonly trigger: HandoffTrigger;
    readonly because: string;
    /** Who is to have it, by the name of the node or overseer; absent where anyone may. */
    readonly to?: string;
    /** Calls that had not ended; what they say is passed on, or sent after a project that leaves. */
    readonly inFlight: readonly string[];
    /** Until when whoever goes on waits for it, before it asks again; epoch ms. */
    readonly untilAt: number;
    /** Of a project that leaves with such calls: how long these were given to end, in ms. */
    readonly waitedMs?: number;
    /** It leaves this store: nobody works on it here any more, until it is recalled or comes back. */
    readonly away?: HandoffAway;
  };
  /** An overseer goes on with what another had, once its state is folded and its connections are looked at. */
  'handoff.accepted': {
    readonly by: string;
    /** `failure` where the one before gave nothing up. */
    readonly trigger: HandoffTrigger;
    /** The last event before it took over. */
    readonly head: number;
    /** The calls of the one before that it waits for. */
    readonly awaited: readonly string[];
    readonly connections: readonly {
      readonly model: string;
      /** Absent where it cannot be asked without a call. */
      readonly connection?: Exclude<ModelConnection, 'connecting'>;
      readonly why?: string;
    }[];
  };
  'lease.taken': {
    readonly holder: string;
    /** The name of the node or overseer: whose every event of this epoch is, and every call that begins in it. */
    readonly by?: string;
    readonly epoch: number;
    readonly from?: string;
    /** It is taken to give orders alone: what was left is taken up by the next that is not. */
    readonly custody?: true;
  };
  /** Nothing of any run begins until the project is resumed. */
  'project.paused': { readonly because: string };
  'project.resumed': { readonly because: string };
  'run.started': {
    readonly goal?: string;
    readonly title: string;
    readonly context?: string;
    readonly budget?: BudgetSpec;
    /** Whose answers this run may use and leave, beside the overseer's own; `false` for none. */
    readonly cache?: false | CacheScope;
    readonly user?: string;
    readonly tenant?: string;
    /** The task of another run for which this one works; what it uses is charged to that as well. */
    readonly parent?: { readonly run: string; readonly task: string };
    /** Whose work it is, and with which weight it shares in the models. */
    readonly flow?: string;
    readonly weight?: number;
  };
  /**
   * The run goes on from another one as that stood at `seq`. Written with `run.started`, and with a `task.done` for
   * each task that was done there.
   */
  'run.forked': { readonly parent: string; readonly seq: number };
  'run.suspended': { readonly because: string };
  'run.resumed': { readonly because: string };
  /** What the run gave is the output of its last tasks; it is not written again here. */
  'run.finished': {
    readonly status: RunStatus;
    readonly because?: string;
    readonly usage: UsageTotals;
    /**
     * What the project, and the run's user and tenant, have spent in all so far, this run included: from here on nobody
     * has to know the events before. Money is in micro-dollars.
     */
    readonly spent?: Readonly<
      Partial<
        Record<
          BudgetScope,
          { readonly usd: number; readonly tokens: number; readonly calls: number }
        >
      >
    >;
  };
  /**
   * A person, or the `retention` that options ask for, had what the run said erased: its events are there, and read as `event.erased`. This one is outside of the run's key, and
   * says by itself what budgets have to know.
   */
  'run.erased': {
    readonly by: string;
    readonly because: string;
    readonly spent?: RunEventData['run.finished']['spent'];
  };
  /**
   * In place of an event whose content was erased, or was lost to damage that was repaired; nobody appends it. `was` is the type of
   * what was there, as far as that is known.
   */
  'event.erased': { readonly was: string; readonly lost?: true };
  'plan.accepted': { readonly by: 'host' | 'model'; readonly tasks: readonly PlanTask[] };
}
