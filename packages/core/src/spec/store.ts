import type { OverseerEvent } from './event.ts';
import type { Json } from './json.ts';

/** Who holds a lease. A holder on this machine is dead when no process has its `pid` and `processStart` under `bootId`. */
export interface LeaseHolder {
  readonly name: string;
  readonly pid: number;
  readonly bootId: string;
  /** When the process started, as the system tells it; tells two processes with one pid apart. */
  readonly processStart: string;
}

/** An outcome of asking for a lease. `from` is a holder that did not give it back. */
export type LeaseAnswer =
  | { readonly kind: 'held'; readonly epoch: number; readonly from?: LeaseHolder }
  | { readonly kind: 'busy'; readonly holder: LeaseHolder; readonly since: number };

/** What to read. Events come in the order of `seq` within their stream. */
export interface EventQuery {
  readonly stream: string;
  readonly run?: string;
  /** Only events with a greater `seq`; 0 reads from the start. */
  readonly after: number;
  /** At most this many, 1 to 10,000. */
  readonly limit: number;
}

/** The append-only log. */
export interface EventLog {
  /**
   * Writes all events or none, and resolves once they would survive a power cut. Events carry their `seq`; an event
   * whose `id` is already there is taken as written. Throws `StoreError`: `store.fenced` when the epoch is not that of a
   * lease that is held, or a stream is guarded by another lease, `store.conflict` when `seq` is taken by another event or
   * leaves a gap, `store.full`, `store.failed`.
   */
  append(epoch: number, events: readonly OverseerEvent[]): Promise<void>;
  /** The events that the query asks for; none where there are none. */
  read(query: EventQuery): Promise<readonly OverseerEvent[]>;
  /** The last `seq` of a stream, 0 when it is empty. */
  head(stream: string): Promise<number>;
  /** Every stream that has events. */
  streams(): Promise<readonly string[]>;
}

/** Large values by the hex SHA-256 of their bytes, written once. */
export interface BlobStore {
  /** Keeps the bytes and returns their hash. Bytes that are already there are written once. */
  put(bytes: Uint8Array): Promise<string>;
  /** `undefined` when there is no such blob. */
  get(hash: string): Promise<Uint8Array | undefined>;
}

/** A fold of a stream up to `seq`: a cache that may be deleted at any time. */
export interface Snapshot {
  readonly stream: string;
  readonly seq: number;
  /** Snapshots of another version are ignored. */
  readonly foldVersion: number;
  readonly body: Json;
}

/** The latest snapshots. */
export interface SnapshotStore {
  /** Keeps it in place of an older one of the same stream and version. */
  put(snapshot: Snapshot): Promise<void>;
  /** The newest snapshot of that version, `undefined` when there is none. */
  latest(stream: string, foldVersion: number): Promise<Snapshot | undefined>;
}

/**
 * Single ownership with a fencing token. A lease has the name of the stream that it guards; a store for one process may
 * guard all of its streams by one. No two leases of a store ever have the same epoch.
 */
export interface LeaseStore {
  /** Takes the lease when it is free, has run out or its holder is dead; each taking raises the epoch. */
  acquire(name: string, holder: LeaseHolder): Promise<LeaseAnswer>;
  /** Gives it back; does nothing when `epoch` is no longer current. */
  release(name: string, epoch: number): Promise<void>;
  /**
   * Its holder lives: it lasts another `leaseMs` from now. `false` when `epoch` is no longer current. A store whose leases
   * do not run out needs no such word and has no such method.
   */
  renew?(name: string, epoch: number): Promise<boolean>;
  /** The leases that are held now, as far as the store can tell; one for several processes can. */
  standing?(): Promise<readonly StandingLease[]>;
}

/** A lease that is held. */
export interface StandingLease {
  readonly name: string;
  readonly holder: LeaseHolder;
  readonly epoch: number;
  /** Epoch ms. */
  readonly since: number;
}

/** What somebody without a lease has to say to whoever works on a stream. */
export interface Mail {
  /** Chosen by whoever sends it, never for anything else. */
  readonly id: string;
  /** What it is about, such as `run`. */
  readonly kind: string;
  readonly body: Json;
  /** Why it cannot be read, of one that was damaged; its body is `null`, it was set aside and comes once. */
  readonly problem?: string;
}

/** Messages that wait for whoever works on a stream. Anyone may leave one, without a lease. */
export interface MailStore {
  /**
   * Keeps a message, and resolves once it would survive a power cut; one whose id is there already is kept once, and one that was
   * taken out lately is not kept again, for its sender may not know.
   */
  put(stream: string, mail: Mail): Promise<void>;
  /** The oldest first, at most `limit`, 1 to 1,000. */
  read(stream: string, limit: number): Promise<readonly Mail[]>;
  /** Takes out those that were acted on. */
  remove(stream: string, ids: readonly string[]): Promise<void>;
  /** Keeps one that nobody can act on, and why, where it is not read again. Without it, such a message is removed. */
  setAside?(stream: string, id: string, because: string): Promise<void>;
}

/** What a store can promise; conformance rules and the kernel read it. */
export interface StoreCapabilities {
  /** Survives the end of the process. */
  readonly durable: boolean;
  /** Several processes may work on it at once, each on streams of its own, and on several machines. */
  readonly shared: boolean;
  /** What a run said can be erased for good; absent is no. */
  readonly erasable?: boolean;
  /**
   * How long a lease lasts that is not renewed, in ms, by the store's clock; its holder renews it three times as often. Left
   * out where a lease lasts as long as its holder lives.
   */
  readonly leaseMs?: number;
}

/** Where the truth is kept. */
export interface StateStore {
  readonly spec: 'store/1';
  /** For messages to people: a path or a redacted address. */
  readonly name: string;
  readonly capabilities: StoreCapabilities;
  readonly events: EventLog;
  readonly blobs: BlobStore;
  readonly snapshots: SnapshotStore;
  readonly leases: LeaseStore;
  /**
   * Makes the content of a run unreadable for good: each of its events in that stream reads as `event.erased` from then on,
   * in its place and with its id, and what is appended to the run later is kept. Present where `capabilities.erasable` is. `epoch` is
   * that of the stream's lease. Does nothing for a run that is not there or was erased. Throws `StoreError` `store.fenced`, and `store.unsealed` where
   * an event would stay readable; then nothing is erased.
   */
  erase?(epoch: number, stream: string, run: string): Promise<void>;
  /** Present where others than its owner can reach the store while that works. */
  readonly mail?: MailStore;
  /**
   * Calls back when another process may have appended to a stream, put mail to it or given back a lease (of any name, where `name` is empty); the
   * function that it gives ends it. A hint that may be missed or come for nothing: whoever hears looks, and looks now and then anyway.
   */
  whenTold?(what: 'events' | 'mail' | 'leases', name: string, heard: () => void): () => void;
  /**
   * Calls back with what the store finds wrong with what it keeps while nobody asks it for anything, such as an event that is damaged; the
   * function that it gives ends it. Each is a `StoreError`, told once.
   */
  whenTroubled?(heard: (trouble: Error) => void): () => void;
  /** Waits for what is being written, then lets go of everything. */
  close(): Promise<void>;
}

/** Opens a store; `createOverseer` calls it once. Throws `StoreError`: `store.corrupt`, `store.newer`, `store.unreachable`. */
export type OpenStore = () => Promise<StateStore>;
