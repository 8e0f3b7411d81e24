import type { Ask, Seen } from './fault-clients.fixture.ts';

/** What can go wrong, in the order of the table. */
export const FAULTS = [
  'status',
  'midstream-error',
  'cut',
  'truncated',
  'stall',
  'malformed',
  'evict',
  'load-delay',
  'wrong-model',
  'missing-ids',
  'duplicate-ids',
] as const;

/** One of them. */
export type Fault = (typeof FAULTS)[number];

/** How our own code asks: what came, or the error. */
export type Use = (url: string, seen: Seen, signal: AbortSignal) => Promise<void>;

/** One dialect of the mock service: who sees its faults, and what our own code makes of them. */
export interface FaultRow {
  readonly dialect: string;
  /** What a reply is: a stream of tokens, a document about a model, a document that no model is asked for, a batch. */
  readonly form: 'stream' | 'document' | 'endpoint' | 'batch';
  /** The client that sees it. */
  readonly client: string;
  readonly ask: Ask;
  /** Where `form` is `endpoint`: what its path is. */
  readonly path?: RegExp;
  /** What cannot go wrong there, beside what no document of its form can say. */
  readonly without?: readonly Fault[];
  /** What our own code makes of it, in the words of the table; missing where none speaks this dialect. */
  readonly ours?: Ours;
}

/** Our own code that asks in a dialect. */
export interface Ours {
  readonly name: string;
  readonly use: Use;
  /** What it makes of each fault. */
  readonly cells: Cells;
}

/** What is made of each fault that there can be. */
export type Cells = Readonly<Partial<Record<Fault, string>>>;

/** What has to do with ids of tool calls. */
export const IDS: readonly Fault[] = ['missing-ids', 'duplicate-ids'];

/** What a document of each form cannot say. */
const UNSAID: Readonly<Record<FaultRow['form'], readonly Fault[]>> = {
  stream: [],
  document: IDS,
  endpoint: ['evict', 'wrong-model', ...IDS],
  batch: [],
};

/** Whether this can go wrong with the dialect. */
export function canFail(
  { form, without = [] }: Pick<FaultRow, 'form' | 'without'>,
  fault: Fault,
): boolean {
  return !UNSAID[form].includes(fault) && !without.includes(fault);
}
