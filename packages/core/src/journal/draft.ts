import type { EventData, EventType } from '../spec/event.ts';

/** An event before the journal gives it an id, a place and a time. */
export type EventDraft<T extends EventType = EventType> = {
  readonly [K in T]: {
    readonly type: K;
    readonly data: EventData[K];
    /** The default is `overseer`. */
    readonly actor?: string | undefined;
    readonly run?: string | undefined;
    readonly task?: string | undefined;
    readonly attempt?: string | undefined;
    readonly call?: string | undefined;
    readonly model?: string | undefined;
  };
}[T];
