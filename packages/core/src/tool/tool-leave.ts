import type { EventData } from '../spec/event.ts';
import type { ToolRefusal } from '../spec/tool-caller.ts';

/** Leave to make one tool call that was checked. */
export type ToolLeave =
  /** Nothing about it has to be on record before. */
  | { readonly kind: 'free'; readonly record?: never }
  /** It counts in a quota or uses a grant: its start is recorded, with this. */
  | { readonly kind: 'counted'; readonly record: ToolRecord }
  /** In words for the model. */
  | { readonly kind: 'refused'; readonly because: string; readonly why: ToolRefusal }
  | { readonly kind: 'wait' };

/** What the record of a start tells beside the call itself. */
export type ToolRecord = Pick<
  EventData['tool.started'],
  'caller' | 'holds' | 'microUsd' | 'grants'
>;

/** Leave for what is neither counted nor granted; one object, as most calls get it. */
export const FREE: ToolLeave = { kind: 'free' };
