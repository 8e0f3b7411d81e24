import { showsHealth } from '../limit/breaker-faults.ts';
import { isSilent, type Silence } from '../limit/left-alone.ts';
import type { OverseerEvent } from '../spec/event.ts';

/** What came of the calls of a model since this process has it. */
export interface Contact {
  /** When it last answered, if only to refuse, epoch ms. */
  readonly answeredAt: number | undefined;
  /** That it did not, as long as it never answered. */
  readonly silence: Silence | undefined;
}

/** No call ended yet. */
export const NO_CONTACT: Contact = { answeredAt: undefined, silence: undefined };

/**
 * What is known after a call ended. One failure of a model that has answered before says nothing: its breaker tells when it is gone.
 * Pure.
 */
export function contactAfter(
  contact: Contact,
  { type, at, data }: OverseerEvent<'call.finished'> | OverseerEvent<'call.failed'>,
): Contact {
  if (type === 'call.finished') return { answeredAt: at, silence: undefined };
  const { kind, message } = data;
  if (showsHealth(kind, 'server')) return { answeredAt: at, silence: undefined };
  if (!isSilent(kind) || contact.answeredAt !== undefined) return contact;
  const silence = { at, why: `${kind}: ${message}`, code: kind, isProbed: false };
  return { answeredAt: undefined, silence };
}
