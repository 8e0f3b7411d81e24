import type { CallEstimate } from './call-amounts.ts';
import type { ModelRequest } from './model.ts';
import type { ReservationWant } from './reservation-store.ts';
import type { Mail } from './store.ts';

/** One call of a model that somebody else than the overseer may make. */
export interface ModelJob {
  /** The call's own id, never used for anything else. */
  readonly id: string;
  /** Whose overseer gets the reply: the stream of the project. */
  readonly stream: string;
  readonly run: string;
  readonly task: string;
  readonly attempt: string;
  /** Which answer of the attempt it is to be, from 1. */
  readonly step: number;
  /** The name of the model in the team, by which workers know it. */
  readonly model: string;
  readonly request: ModelRequest;
  /** The name of the key that the call goes out with, where its model has several; whoever makes it has keys of these names. */
  readonly keyName?: string;
  /** The request, sealed for workers that have the key of what is sensitive; `request` has nothing in it then. */
  readonly sealed?: string;
  readonly estimate: CallEstimate;
  /** How long the call may give no sign of life, in ms. */
  readonly silentMs: number;
  /** The places that its reservation has of limits at once which processes share; whoever makes the call keeps them meanwhile. */
  readonly places?: readonly ReservationWant[];
}

/** A job that somebody works on. */
export interface JobClaim {
  readonly job: ModelJob;
  /** Which claim of this job it is: only the latest can settle it. */
  readonly fence: number;
}

/** Where a job stands: it waits for somebody, or somebody works on it. */
export type JobStanding = 'waiting' | 'claimed';

/** A job that was taken back before it was settled. */
export interface WithdrawnJob {
  readonly id: string;
  /** Whether somebody began it, so that its model may have been asked. */
  readonly wasClaimed: boolean;
}

/** What a transport can promise. */
export interface TransportCapabilities {
  /** What was enqueued survives the end of the process. */
  readonly durable: boolean;
  /** Several processes may work on it at once, on several machines. */
  readonly shared: boolean;
  /** A claim without a heartbeat for so long, in ms, is lost, and the job waits for somebody else. */
  readonly lossMs: number;
}

/**
 * Gives calls of models to workers, and their replies to whoever has the project. What it keeps can be derived from the
 * journal at any time, so that it may forget a job that was settled or withdrawn. It is fenced as the journal is: whoever acts for a
 * stream names the epoch of its lease, whoever acts for a job the claim, and either is compared where the work is done. All
 * methods throw `StoreError`: `store.fenced` for an epoch or a claim that is over, and others where what it is kept in cannot be reached.
 */
export interface TaskTransport {
  readonly spec: 'transport/1';
  /** For messages to people. */
  readonly name: string;
  readonly capabilities: TransportCapabilities;
  /**
   * Queues jobs for whoever holds the leases of their streams at this epoch; one whose id is known already, whatever became of it,
   * stays as it is. Throws `store.fenced`, with nothing of that model queued, when the epoch is over.
   */
  enqueue(epoch: number, jobs: readonly ModelJob[]): Promise<void>;
  /** Takes at most `slots` jobs for these models, the oldest of each first; none where none waits. */
  claim(models: readonly string[], slots: number): Promise<readonly JobClaim[]>;
  /** Whoever has the claim lives. `false` when the claim counts no more: somebody else has it, or the job was taken back. */
  heartbeat(claim: JobClaim): Promise<boolean>;
  /**
   * Ends a job and leaves the reply as mail for its stream, both or none, and once only; for who asks again with the same claim and a
   * reply of the same id, since no answer came, it is done. Throws `store.fenced` when the claim counts no more: then nothing is left.
   */
  settle(claim: JobClaim, reply: Mail): Promise<void>;
  /**
   * Takes jobs of a stream back for whoever holds its lease at this epoch, whoever works on them; gives those that were not settled
   * before. Throws `store.fenced`, with none taken back, when the epoch is over.
   */
  withdraw(epoch: number, stream: string, ids: readonly string[]): Promise<readonly WithdrawnJob[]>;
  /** Where jobs stand; those that were settled, withdrawn or lost for good are left out. */
  standing(ids: readonly string[]): Promise<ReadonlyMap<string, JobStanding>>;
  /** Calls back when there may be jobs to claim: a hint that may come too often or not at all. The function that it gives ends it. */
  whenQueued?(heard: () => void): () => void;
  /** Calls back when there may be mail of settled jobs for a stream: a hint, as `whenQueued`. */
  whenSettled?(stream: string, heard: () => void): () => void;
  /** Lets go of everything; what was claimed is lost as if its holder had died. */
  close(): Promise<void>;
}

/** Opens a transport. Throws `StoreError` where it cannot be opened. */
export type OpenTransport = () => Promise<TaskTransport>;
