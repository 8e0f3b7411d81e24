import { enforceFramework } from '../internal/framework/enforce-framework.ts';
import { type ComponentValue, componentValues } from '../internal/framework/framework-values.ts';
import type { FrameworkReport, Message, PromptSection } from '../spec/index.ts';
import { deliverable } from './deliverable.ts';
import { historySection } from './history-section.ts';
import { projectSection } from './project-section.ts';
import { capsFor } from './prompt-caps.ts';
import type { ComposedPrompt, PromptInput } from './prompt-input.ts';
import { joinSections } from './sections.ts';
import { staticPart } from './static-part.ts';
import { taskSection } from './task-section.ts';
import { hasUntrusted } from './untrusted.ts';

export type { ComposedPrompt, PromptInput } from './prompt-input.ts';

/**
 * Writes a prompt: system, role, model and framework make up the system message; project, history and task the user
 * message, in that order. Pure, and the same input gives the same text. A framework's report says whether the prompt
 * may be sent; composing does not stop it. Throws `ConfigError` `config.framework` for a framework that is faulty.
 */
export function composePrompt(input: PromptInput): ComposedPrompt {
  const caps = input.caps ?? capsFor(input.model.contextWindow);
  const result = deliverable(input.task, input.tools.length > 0);
  const values = valuesOf(input, result);
  const own = joinSections([
    projectSection(input, values, caps.context),
    historySection(input.history, caps),
    taskSection(input, values, result, caps),
  ]);
  const text = own.length === 1 ? (own[0]?.text ?? '') : textOf(own);
  const fixed = staticPart(input, hasUntrusted(text));
  const message: Message = { role: 'user', parts: [{ type: 'text', text }] };
  const report = reportOn(input, values);
  return {
    sections: [...fixed.sections, ...own],
    messages: [fixed.message, message],
    ...(report === undefined ? {} : { framework: report }),
  };
}

function textOf(sections: readonly PromptSection[]): string {
  return sections.map(({ text }) => text).join('\n');
}

function valuesOf(input: PromptInput, result: string): readonly ComponentValue[] {
  if (input.framework === undefined) return [];
  return componentValues(input.framework, {
    instruction: input.task.instruction,
    context: input.context,
    model: routingRecord(input),
    deliverable: result,
  });
}

/** Which model does the task and why it can, as far as that is known. */
function routingRecord({ modelName, model, goodAt, task }: PromptInput): string {
  const good = goodAt.length === 0 ? 'takes every kind of task' : `good at ${goodAt.join(', ')}`;
  return `${modelName} (${model.provider}/${model.id}): ${good}; the task is of kind ${task.kind}`;
}

function reportOn(
  { framework, model, tools }: PromptInput,
  values: readonly ComponentValue[],
): FrameworkReport | undefined {
  if (framework === undefined) return undefined;
  let size = 0;
  for (const { text } of values) size += text.length;
  return enforceFramework(framework, values, { model, needsTools: tools.length > 0, size });
}
