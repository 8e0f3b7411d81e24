import type { EventDraft } from '../journal/draft.ts';
import type { ComposedPrompt } from '../prompt/compose-prompt.ts';
import { recordedSections } from '../prompt/prompt-lines.ts';
import type { Choice } from '../route/choose-model.ts';
import type { ToolDescription } from '../spec/model.ts';
import type { DelegationTerms } from './delegation-terms.ts';

/** Who gets a task, and why. */
export type Assignment = Pick<
  Extract<Choice, { kind: 'assign' }>,
  'member' | 'because' | 'considered' | 'insteadOf'
>;

/** The events by which a task is given to a model: the choice, the prompt, the first call. */
export function assignmentDrafts(
  at: { readonly run: string; readonly task: string; readonly attempt: string },
  choice: Assignment,
  prompt: ComposedPrompt,
  tools: readonly ToolDescription[],
  terms: DelegationTerms,
  continues?: string,
): readonly EventDraft[] {
  return [
    {
      type: 'task.assigned',
      ...at,
      model: choice.member.name,
      data: {
        model: choice.member.name,
        version: choice.member.version,
        because: choice.because,
        considered: choice.considered,
        ...(choice.insteadOf === undefined ? {} : { insteadOf: choice.insteadOf }),
        ...(continues === undefined ? {} : { continues }),
        ...terms,
      },
    },
    {
      type: 'attempt.started',
      ...at,
      model: choice.member.name,
      data: {
        messages: prompt.messages,
        tools,
        sections: recordedSections(prompt),
        ...(prompt.framework === undefined ? {} : { framework: prompt.framework }),
      },
    },
  ];
}
