import type { ComponentValue } from '../internal/framework/framework-values.ts';
import type { PromptSection } from '../spec/index.ts';
import type { PromptInput } from './prompt-input.ts';
import { untrusted } from './untrusted.ts';

/** Facts about the project, under the framework's own heading where it has one for them. */
export function projectSection(
  { context, framework }: Pick<PromptInput, 'context' | 'framework'>,
  values: readonly ComponentValue[],
  cap: number,
): PromptSection {
  if (context === undefined && values.length === 0) return NOTHING;
  const own = values.find(isSentContext);
  const heading = framework?.definition.layout === 'headings' ? own?.component.title : undefined;
  const facts =
    context === undefined || context.trim() === '' ? '' : untrusted('project facts', context, cap);
  const said = own === undefined ? '' : facts === '' ? own.text : own.said;
  const body = [said, facts].filter((part) => part !== '').join('\n\n');
  const text = body === '' ? '' : `# ${heading ?? 'The project'}\n${body}`;
  return { ...NOTHING, text };
}

const NOTHING: PromptSection = { layer: 'project', id: 'context', version: '1', text: '' };

function isSentContext({ component }: ComponentValue): boolean {
  return component.source === 'context' && component.internal !== true;
}
