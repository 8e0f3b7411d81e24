import type { Diagnostic } from '@overseer/core/spec';
import { type Line, positionIn } from './split-lines.ts';
import type { StatedIds } from './stated-ids.ts';
import type { Account, Criterion, DocumentTask, NamedFile, Phase } from './task-document.ts';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** A task while the document is being read. */
export interface DraftTask
  extends Mutable<Omit<DocumentTask, 'files' | 'details' | 'criteria' | 'verify' | 'needs'>> {
  readonly files: NamedFile[];
  readonly details: string[];
  readonly criteria: Criterion[];
  readonly verify: string[];
  /** Filled once all ids are known. */
  needs: DocumentTask['needs'];
  readonly stated: { readonly list: StatedIds; readonly line: Line }[];
  /** Speaks of a dependency, at this line. */
  hintedAt: Line | undefined;
  /** Columns before its bullet; -1 for a heading. */
  readonly indent: number;
  readonly line: Line;
}

/** A phase while the document is being read. */
export interface DraftPhase extends Mutable<Omit<Phase, 'criteria'>> {
  readonly criteria: Criterion[];
}

/** What a part of a document is for. */
export type Zone = 'work' | 'legend' | 'acceptance' | 'dependencies';

/** A line of a section on dependencies that names two sets of tasks. */
export interface SectionEdge {
  readonly before: StatedIds;
  readonly after: StatedIds;
  readonly line: Line;
}

/** All that is known of a document so far. */
export interface Scan {
  readonly file: string;
  readonly diagnostics: Diagnostic[];
  readonly phases: DraftPhase[];
  readonly tasks: DraftTask[];
  readonly criteria: Criterion[];
  readonly account: Mutable<Account>;
  /** How often each id or derived uid was met. */
  readonly seen: Map<string, number>;
  readonly edges: SectionEdge[];
  title: string | undefined;
  zone: Zone;
  /** Level of the heading that opened the zone. */
  zoneLevel: number;
  /** The task that lines below belong to. */
  last: DraftTask | undefined;
  /** Tasks that the next box may be indented under. */
  readonly stack: DraftTask[];
  /** Below words such as `Acceptance Criteria`: boxes without an id are criteria. */
  criteriaOpen: boolean;
}

/** A scan at the start of a document. */
export function createScan(file: string): Scan {
  return {
    file,
    diagnostics: [],
    phases: [],
    tasks: [],
    criteria: [],
    account: { boxes: 0, tasks: 0, acceptance: 0, labels: 0, masked: 0, legend: 0 },
    seen: new Map(),
    edges: [],
    title: undefined,
    zone: 'work',
    zoneLevel: 0,
    last: undefined,
    stack: [],
    criteriaOpen: false,
  };
}

/** Reports something about a line. */
export function tell(
  scan: Pick<Scan, 'file' | 'diagnostics'>,
  line: Line,
  code: string,
  severity: Diagnostic['severity'],
  message: string,
  hint: string,
): void {
  scan.diagnostics.push({ code, severity, message, hint, at: positionIn(scan.file, line) });
}

/** The phase that is open, if any. */
export function openPhase(scan: Scan): DraftPhase | undefined {
  return scan.phases.at(-1);
}
