import type { DocumentStatus, TaskSource } from './task.ts';
import type { Finding } from './validator.ts';

/** One attempt's own folder. */
export interface Workspace {
  /** Absolute. */
  readonly path: string;
  /** What it was made from; opening again with it gives the same files. */
  readonly base: string;
  /** Paths added, changed or deleted since `base`, relative, sorted. */
  changed(signal: AbortSignal): Promise<readonly string[]>;
}

/** Asks for an attempt's folder. */
export interface WorkspaceRequest {
  readonly attempt: string;
  /** Rebuilds the folder from this base, dropping whatever was in it; absent for the newest base. */
  readonly base?: string;
  /** With `base`: takes the folder as it is, when it is still there. */
  readonly keep?: boolean;
  readonly signal: AbortSignal;
}

/** Asks to make an attempt's files part of the project. */
export interface ChangeRequest {
  readonly workspace: Workspace;
  readonly title: string;
  /** Written as `Overseer-<Name>: value` trailers. */
  readonly trailers: { readonly run: string; readonly task: string; readonly attempt: string };
  /** The task's box in its document, ticked in the same change. */
  readonly tick?: {
    readonly source: TaskSource;
    readonly file: string;
    readonly uid: string;
    readonly status: DocumentStatus;
  };
  readonly signal: AbortSignal;
}

/** Whether a change went in. */
export type ChangeAnswer =
  | {
      readonly kind: 'accepted';
      readonly commit: string;
      readonly files: readonly string[];
      /** Those of `files` that hold somebody's uncommitted work in the project's folder, and so were left as they are there. */
      readonly left?: readonly string[];
    }
  | { readonly kind: 'refused'; readonly because: string; readonly findings: readonly Finding[] };

/** Asks to have the project's files stand as they did at one of its commits. */
export interface RestoreRequest {
  /** A commit, as `head` or an accepted change named it. */
  readonly commit: string;
  readonly title: string;
  /** Written as the trailer `Overseer-Rewind: id`; a restore that is asked for again by the same id is made once. */
  readonly id: string;
  readonly signal: AbortSignal;
}

/**
 * Where attempts work apart, and where accepted work comes together. The kernel calls `accept` one at a time.
 * All throw `OverseerError` (`workspace.…`) for what nobody planned for.
 */
export interface WorkspaceProvider {
  readonly spec: 'workspace/1';
  /** Refuses a project that is not fit to work on (`workspace.dirty`, `workspace.missing`), touching nothing. */
  prepare(signal: AbortSignal): Promise<void>;
  /** Opens the folder of one attempt. */
  open(request: WorkspaceRequest): Promise<Workspace>;
  /** Applies the files, ticks the box and records both as one change, or changes nothing. */
  accept(request: ChangeRequest): Promise<ChangeAnswer>;
  /** Did the change of this attempt go in? Repairs what an interrupted `accept` left half done. */
  probe(attempt: string, signal: AbortSignal): Promise<ChangeAnswer | undefined>;
  /** Removes an attempt's folder. */
  close(attempt: string): Promise<void>;
  /** The commit that the project's files stand at now, uncommitted work left out. A provider without it cannot take files back. */
  head?(signal: AbortSignal): Promise<string>;
  /**
   * Has the files stand as they did at a commit, by a new one: history stays whole. Refuses a project with uncommitted work
   * (`workspace.dirty`), touching nothing. The kernel calls it in turn with `accept`.
   */
  restore?(request: RestoreRequest): Promise<ChangeAnswer>;
}
