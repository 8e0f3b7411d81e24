/** The criteria that look at the project's state alone, and what each says. */
export const STATE_CRITERIA = {
  'tasks-verified': 'every task of the phase is verified, and there is one',
  'checklist-ticked': 'every item of the checklist of the phase, and of the project, is ticked',
  deliverables: 'everything that the phase has to bring about is there',
  'phase-done': 'the phase named by the value was entered and left for a later one',
  'no-open-question': 'nobody waits for the word of a person',
  'budget-left':
    'of the budget of the project this share is left, or anything where no share is named',
} as const;

/** A criterion that looks at the project's state alone. */
export type StateCriterion = keyof typeof STATE_CRITERIA;

/** Whether a check is one of these, whatever validators are called. */
export function isStateCriterion(kind: string): kind is StateCriterion {
  return Object.hasOwn(STATE_CRITERIA, kind);
}
