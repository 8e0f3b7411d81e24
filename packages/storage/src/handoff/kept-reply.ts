import type { OverseerEvent } from '@overseer/core/spec';

/** How a call ended after its project had left. */
export type KeptReply = Extract<OverseerEvent, { readonly type: 'handoff.reply' }>;

/** Whether an event is such a reply. */
export function isKept(event: OverseerEvent): event is KeptReply {
  return event.type === 'handoff.reply';
}
