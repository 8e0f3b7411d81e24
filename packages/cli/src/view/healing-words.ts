import type { EventData, OverseerEvent } from '@overseer/core/spec';

const KINDS = {
  stuck: 'is stuck',
  looping: 'goes round in circles',
  failing: 'fails again and again',
};

const ACTIONS = {
  'another-try': 'it is tried again',
  're-plan': 'another way is looked for',
  none: 'nothing more is tried',
};

/** Either, of an event. */
export function healed(event: OverseerEvent<'task.diagnosed' | 'plan.patched'>): string {
  return event.type === 'task.diagnosed' ? diagnosed(event.data) : patched(event.data);
}

/** What was found out about a task, and what is done about it. */
export function diagnosed({ diagnosis, action }: EventData['task.diagnosed']): string {
  const { kind, because, likely } = diagnosis;
  return `${KINDS[kind]} (${likely}): ${because}: ${ACTIONS[action]}`;
}

/** Another way for a task that could not be done. */
export function patched({ by, because, added, removed }: EventData['plan.patched']): string {
  const what =
    removed.length > 0
      ? 'is given up'
      : added.length === 0
        ? 'is said anew'
        : `is replaced by ${added.map(({ title }) => title).join(', ')}`;
  return `${what}, by a ${by}: ${because}`;
}
