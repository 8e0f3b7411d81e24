import type { CallEventData } from './call-events.ts';
import type { HandoffEventData } from './handoff-events.ts';
import type { HealingEventData } from './healing-events.ts';
import type { NoticeEventData } from './notice-events.ts';
import type { ProjectEventData } from './project-events.ts';
import type { RunEventData } from './run-events.ts';
import type { TaskEventData } from './task-events.ts';

/** What each type of event carries. Every decision and outcome is here; tokens as they stream, progress and queue order are not. */
export interface EventData
  extends RunEventData,
    TaskEventData,
    CallEventData,
    NoticeEventData,
    ProjectEventData,
    HealingEventData,
    HandoffEventData {}

/** The name of an event, `noun.past-tense`. */
export type EventType = keyof EventData;

/** What every event carries beside its data. */
export interface Envelope {
  /** Unique; the store ignores a second append of the same id. */
  readonly id: string;
  /** `project/<id>`, `handoff/<id>`, `answer/<handoff>` or `system`. */
  readonly stream: string;
  /** 1, 2, 3, … without a gap in its stream: the only order anyone may rely on. */
  readonly seq: number;
  /** Epoch ms. */
  readonly at: number;
  /** The schema version of `type`. */
  readonly v: number;
  /** The fencing token of the writer. */
  readonly epoch: number;
  /** Who did it: `overseer`, `model:<name>`, `tool:<name>`, `person:<name>`. */
  readonly actor: string;
  readonly run?: string;
  readonly task?: string;
  readonly attempt?: string;
  readonly call?: string;
  readonly model?: string;
}

/** One event of the journal. */
export type OverseerEvent<T extends EventType = EventType> = {
  readonly [K in T]: Envelope & { readonly type: K; readonly data: EventData[K] };
}[T];
