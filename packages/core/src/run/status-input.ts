import type { Heard } from '../call/server-lists.ts';
import type { TaskState } from '../journal/run-state.ts';
import type { LeftAlone, Silence } from '../limit/left-alone.ts';
import type { Contact } from './contact.ts';

/** What the status of a model is told from. */
export interface StatusInput {
  /** It is being loaded, by order or for a call. */
  readonly isLoading: boolean;
  /** What its server said. */
  readonly heard: Heard;
  /** What came of its calls. */
  readonly contact: Contact;
  readonly silence: Silence | undefined;
  readonly alone: LeftAlone | undefined;
  /** What keeps its next call back for a moment: whoever refused the last one asked for that. */
  readonly pause: KeptBack | undefined;
  /** Which limit lets no further call through. */
  readonly full: Omit<KeptBack, 'code'> | undefined;
  readonly running: number;
  /** The tasks whose attempts are its. */
  readonly tasks: Iterable<TaskState>;
  readonly nowMs: number;
}

/** Why a call has to wait. */
export interface KeptBack {
  readonly why: string;
  readonly code: string;
  readonly untilAt: number | undefined;
}

/** Whether what its server said of its memory is overtaken: what answered since was loaded for that. Pure. */
export function isOutdated({ contact, heard }: StatusInput): boolean {
  return (contact.answeredAt ?? 0) > (heard.listedAt ?? 0);
}
