import type { Clock } from './internal/clock.ts';
import type { SharedLimitsOptions } from './limit-options.ts';
import type { NodeChange } from './node/node-change.ts';
import type { VitalsMonitor } from './node/vitals.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { UnfinishedRun } from './run/unfinished-runs.ts';
import type { HandoffTarget } from './spec/handoff-target.ts';
import type { OpenStore } from './spec/store.ts';
import type { OpenTransport } from './spec/transport.ts';

/** The options of one project's overseer, but for what the node sees to itself. */
export type ProjectTeam = Omit<
  OverseerOptions,
  'store' | 'name' | 'standby' | 'clock' | 'transport'
>;

/** What `createNode` is told. Only `store` and `team` are needed. */
export interface NodeOptions {
  /** What all nodes share; one whose leases run out, such as `postgres("…")`. */
  readonly store: OpenStore;
  /** Who works on a project: called whenever this node takes one. All nodes must answer alike. */
  readonly team: (project: string) => ProjectTeam | Promise<ProjectTeam>;
  /** Brings calls to workers, for the models of its teams that have `workers: true`; opened once for all projects. */
  readonly transport?: OpenTransport;
  /**
   * Keeps the limits of all its projects together with other processes: opened once, and each project is a member of them. The limits are those of
   * its teams; a team with `sharedLimits` of its own has those.
   */
  readonly sharedLimits?: SharedLimitsOptions;
  /** What others call this node; no two that live may have one name. The default is made of the host and the process. */
  readonly name?: string;
  /** The most projects that this node works on at once; the default is as many as come. */
  readonly maxProjects?: number;
  /** What this node can do that not every node can, such as `gpu` or `eu`. */
  readonly labels?: readonly string[];
  /** Which labels a node must have to work on a project; all nodes must answer alike. The default is none. */
  readonly needs?: (project: string) => readonly string[];
  /**
   * From when on this node is not well, and gives what it has to others that are: its event loop is `loopMs` late (1,000), or the
   * store takes `storeMs` to answer (2,000), in `looks` looks in a row (3), of which there is one in two seconds. Where no other is well and
   * there is a `target`, all it has goes there once it was so for `awayMs` (60,000), and only the receiver can bring it back.
   */
  readonly unwell?: {
    readonly loopMs?: number;
    readonly storeMs?: number;
    readonly looks?: number;
    readonly awayMs?: number;
  };
  /**
   * Gives a project to a node whose models for it are not used up, when all of this node's will be for longer than this, in ms.
   * For nodes whose teams have keys of their own; the default is to wait.
   */
  readonly exhaustedMs?: number;
  /**
   * Another store, to which projects go that no node of this one can have: when the last node closes, is not well, has used up all
   * models of a project or cannot open it, and when somebody orders it. `handoffTarget` of `@overseer/storage/handoff` makes one;
   * all nodes must have the same.
   */
  readonly target?: HandoffTarget;
  /** How often it looks who lives and what is free, in ms, 50 or more; the default is 250. */
  readonly pollMs?: number;
  /**
   * Goes on with a run that the project's last overseer left; not asked for those that somebody paused. The default resumes
   * it; give a function for runs whose tasks came from a document, which has to be read again.
   */
  readonly resume?: (overseer: Overseer, run: UnfinishedRun) => void | Promise<void>;
  /** Hears what happens at this node. */
  readonly onChange?: (change: NodeChange) => void;
  /** Closes the node when it aborts. */
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  /** Replaces the look at this process; closed with the node. */
  readonly vitals?: VitalsMonitor;
}
