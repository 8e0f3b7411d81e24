import type { ComponentValue } from '../internal/framework/framework-values.ts';
import type { PlanTask, PromptSection } from '../spec/index.ts';
import { withoutPlainAnswer } from './deliverable.ts';
import { fairCap } from './fair-cap.ts';
import type { PromptCaps } from './prompt-caps.ts';
import type { PromptInput, PromptInputTask } from './prompt-input.ts';
import { untrusted, untrustedLine } from './untrusted.ts';

/** The task itself: what to do, its result and criteria, and what the tasks it needs have given. */
export function taskSection(
  { task, framework, inputs }: Pick<PromptInput, 'task' | 'framework' | 'inputs'>,
  values: readonly ComponentValue[],
  result: string,
  caps: PromptCaps,
): PromptSection {
  const headings = framework?.definition.layout === 'headings';
  const sent = values.length === 0 ? values : values.filter(isSent);
  const own = sent.map(({ component, text }) =>
    headings ? `## ${component.title}\n${text}` : text,
  );
  const parts = [titleLine(task)];
  if (!sent.some(({ component }) => component.source === 'task')) parts.push(task.instruction);
  parts.push(...own);
  const isSaid = sent.some(({ component }) => component.source === 'deliverable');
  const rest = withoutPlainAnswer(result);
  if (!isSaid && rest !== '') parts.push(`## The result\n${rest}`);
  if (inputs.length > 0) parts.push(inputsText(inputs, caps));
  return { layer: 'task', id: task.key, version: '1', text: parts.join('\n\n') };
}

function isSent({ component, text }: ComponentValue): boolean {
  return component.internal !== true && component.source !== 'context' && text !== '';
}

function titleLine(task: PlanTask): string {
  return `# Task ${untrustedLine(task.key, 100)}: ${untrustedLine(task.title, 300)}`;
}

function inputsText(inputs: readonly PromptInputTask[], caps: PromptCaps): string {
  const lengths = inputs.map(({ output }) => output.length);
  const cap = fairCap(lengths, caps.input, caps.inputs);
  const texts = inputs.map(({ key, title, output }) => untrusted(`${key}: ${title}`, output, cap));
  return `## What the tasks before this one gave\n${texts.join('\n')}`;
}
