import type { Clock } from './internal/clock.ts';
import type { NodeChange } from './node/project-node.ts';
import type { OverseerOptions } from './options.ts';
import type { Overseer } from './overseer.ts';
import type { UnfinishedRun } from './run/unfinished-runs.ts';
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
  /** What others call this node; no two that live may have one name. The default is made of the host and the process. */
  readonly name?: string;
  /** The most projects that this node works on at once; the default is as many as come. */
  readonly maxProjects?: number;
  /** How often it looks who lives and what is free, in ms, 50 or more; the default is 500. */
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
}
