/** Something that is not as it was written. */
export interface FileProblem {
  /** What is wrong: the file itself, an event, a large value, or what is derived from events and can be made anew. */
  readonly of: 'file' | 'event' | 'blob' | 'key' | 'lease' | 'derived';
  /** In words. */
  readonly what: string;
  readonly stream?: string;
  readonly seq?: number;
}

/** How one stream of a journal stands. */
export interface StreamReport {
  readonly name: string;
  readonly events: number;
  /** The last `seq` up to which all is proven. */
  readonly goodTo: number;
  /** The hash there, which proves all up to it; empty when nothing is good. */
  readonly hash: string;
  /** Events whose content was erased. */
  readonly erased: number;
  /** Events that stand for others, which were lost to damage and repaired. */
  readonly lost: number;
  /** Sealed events that were not opened, because no keys were given; their hashes were checked. */
  readonly unopened: number;
}

/** What was found in a journal file. */
export interface FileReport {
  readonly path: string;
  /** Whether nothing is wrong. */
  readonly isSound: boolean;
  readonly streams: readonly StreamReport[];
  /** The first hundred. */
  readonly problems: readonly FileProblem[];
  /** How many there are in all. */
  readonly problemCount: number;
  readonly blobs: {
    readonly count: number;
    /** Those that no event names: kept by themselves, or no longer needed. */
    readonly unnamed: number;
    readonly unopened: number;
  };
}

/** How many problems are told one by one. */
const TOLD = 100;

/** Collects what is wrong. */
export class Problems {
  readonly list: FileProblem[] = [];
  count = 0;

  /** Notes one. */
  add(problem: FileProblem): void {
    this.count++;
    if (this.list.length < TOLD) this.list.push(problem);
  }
}
