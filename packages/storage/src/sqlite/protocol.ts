import type { StoreErrorCode } from '@overseer/core/plugin';
import type { EventQuery, LeaseHolder } from '@overseer/core/spec';
import type { Squeezed } from '../at-rest/envelope.ts';
import type { KeyRing } from '../at-rest/key-ring.ts';
import type { Compression } from './file/compression.ts';

/** Why the writer refused; becomes a `StoreError` in the caller's thread. */
export interface Refusal {
  readonly refused: StoreErrorCode;
  readonly message: string;
  /** What SQLite or the system said. */
  readonly cause?: string;
}

/** Whether a value from the writer is a refusal. */
export function isRefusal(value: unknown): value is Refusal {
  return typeof value === 'object' && value !== null && 'refused' in value;
}

/** Where a value lies inside an event, whatever its text is like: keys and positions from the outside in. */
export type ValuePath = readonly (string | number)[];

/** A large string that was taken out of an event's text, where `null` stands for it. */
export interface LiftedString {
  /** The event's position in its segment. */
  readonly index: number;
  readonly path: ValuePath;
  readonly text: string;
}

/** Events of one stream with consecutive `seq`, as JSON. */
export interface Segment {
  readonly stream: string;
  /** The `seq` of the first. */
  readonly first: number;
  readonly bodies: readonly string[];
  /** The runs that they belong to. */
  readonly runs: readonly string[];
  /** For each event, where its run stands in `runs`; -1 where it has none. */
  readonly runOf: readonly number[];
  readonly lifted: readonly LiftedString[];
}

/** What is written in one transaction with others that wait beside it. */
export type Write =
  | { readonly kind: 'append'; readonly epoch: number; readonly segments: readonly Segment[] }
  | { readonly kind: 'blob'; readonly bytes: Uint8Array }
  | { readonly kind: 'release'; readonly name: string; readonly epoch: number }
  | {
      readonly kind: 'snapshot';
      readonly stream: string;
      readonly seq: number;
      readonly foldVersion: number;
      readonly body: string;
      /** The same, where it was compressed before it comes. */
      readonly squeezed?: Squeezed | undefined;
    };

/** Makes what a run said unreadable. */
export interface EraseWrite {
  readonly kind: 'erase';
  readonly epoch: number;
  readonly run: string;
  /** Epoch ms. */
  readonly at: number;
}

/** What the writer of a file is asked to write. */
export type FileWrite = Write | EraseWrite;

/** How a write ended: a blob's hash, nothing, or a refusal. */
export type WriteOutcome = string | null | Refusal;

/** Where the strings go that were lifted out of one event: its `seq`, then a path and a hash each. */
export type LiftedRow = readonly [seq: number, strings: readonly (readonly [ValuePath, string])[]];

/** Events as they were stored. */
export interface Page {
  /** Events as arrays in JSON, one after the other. */
  readonly pieces: readonly string[];
  readonly lifted: readonly LiftedRow[];
  /** The `seq` of the last event; `undefined` when there is none. */
  readonly last: number | undefined;
  /** The lifted strings by their hashes. */
  readonly strings: ReadonlyMap<string, string>;
}

/** The lease as it is written in the file. */
export interface LeaseRow {
  readonly epoch: number;
  readonly holder: LeaseHolder | undefined;
  readonly since: number;
}

/** One taking of the lease. */
export interface TakenLease {
  readonly name: string;
  readonly epoch: number;
}

/** What the writer is asked, by kind. */
export interface Questions {
  readonly write: { readonly writes: readonly FileWrite[] };
  readonly read: { readonly query: EventQuery };
  readonly head: { readonly stream: string };
  readonly streams: object;
  readonly blob: { readonly hash: string };
  readonly snapshot: { readonly stream: string; readonly foldVersion: number };
  readonly lease: object;
  /** Takes the lease if its epoch is still the one that was read. */
  readonly take: {
    readonly name: string;
    readonly holder: LeaseHolder;
    readonly epoch: number;
    readonly at: number;
  };
  readonly close: { readonly leases: readonly TakenLease[] };
}

/** What it answers, by kind. */
export interface Answers {
  readonly write: readonly WriteOutcome[];
  readonly read: Page;
  readonly head: number;
  readonly streams: readonly string[];
  readonly blob: Uint8Array | undefined;
  readonly snapshot: { readonly seq: number; readonly body: string } | undefined;
  readonly lease: LeaseRow;
  /** The new epoch; `undefined` when another was faster. */
  readonly take: number | undefined;
  readonly close: undefined;
}

/** The kinds of questions. */
export type QuestionKind = keyof Questions;

/** A question on its way. */
export interface Asked<K extends QuestionKind = QuestionKind> {
  readonly id: number;
  readonly kind: K;
  readonly question: Questions[K];
}

/** An answer on its way; number 0 says whether the file could be opened. */
export interface Answered {
  readonly id: number;
  readonly answer: unknown;
}

/** What the writer's thread is started with. */
export interface WriterOptions {
  readonly path: string;
  /** The address of a module that is a `SqliteDriver`; without it, Node's own. */
  readonly driver: string | undefined;
  readonly busyTimeoutMs: number;
  /** Seals what is written, and opens what was sealed. */
  readonly keys?: KeyRing | undefined;
  /** What is compressed; the default is large strings and snapshots. */
  readonly compression?: Compression | undefined;
  /** How old a large value must be that nothing names before it is removed, in ms; the default is an hour. */
  readonly compactAfterMs?: number | undefined;
  readonly readOnly?: boolean | undefined;
}
