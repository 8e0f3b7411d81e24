import { hash } from 'node:crypto';
import type {
  Framework,
  Message,
  ModelInfo,
  PromptSection,
  Role,
  ToolDescription,
} from '../spec/index.ts';
import { practiceSection } from './practice-section.ts';
import type { PromptInput } from './prompt-input.ts';
import { joinSections } from './sections.ts';
import { hasUntrusted, untrustedNote } from './untrusted.ts';

/** The part of a prompt that is the same for many tasks: its system message. */
export interface StaticPart {
  readonly sections: readonly PromptSection[];
  readonly message: Message;
}

/** What a static part depends on. */
type StaticInput = Pick<
  PromptInput,
  'roleName' | 'role' | 'framework' | 'tools' | 'model' | 'practices'
>;

interface Entry {
  readonly input: StaticInput;
  readonly hasData: boolean;
  readonly practices: string;
  readonly part: StaticPart;
}

/** More combinations than a model has in one role in practice; the oldest goes first. */
const mostPerModel = 32;

/** Lives as long as its roles, which belong to one overseer, and its models, of which a team may have many. */
const cache = new WeakMap<Role, WeakMap<ModelInfo, Entry[]>>();

/**
 * The system message for a role, model, framework and tools; built once for each combination. `hasData` says whether the rest of the
 * prompt has text that nobody vouches for.
 */
export function staticPart(input: StaticInput, hasData: boolean): StaticPart {
  const entries = entriesOf(input);
  const { text: practices } = practiceSection(input.practices);
  for (const entry of entries) {
    if (entry.hasData !== hasData || entry.practices !== practices) continue;
    if (isSame(entry.input, input)) return entry.part;
  }
  const part = build(input, hasData);
  if (entries.length >= mostPerModel) entries.shift();
  const { roleName, role, framework, tools, model } = input;
  entries.push({ input: { roleName, role, framework, tools, model }, hasData, practices, part });
  return part;
}

function entriesOf({ role, model }: StaticInput): Entry[] {
  let models = cache.get(role);
  if (models === undefined) {
    models = new WeakMap();
    cache.set(role, models);
  }
  let entries = models.get(model);
  if (entries === undefined) {
    entries = [];
    models.set(model, entries);
  }
  return entries;
}

function isSame(a: StaticInput, b: StaticInput): boolean {
  return (
    a.framework === b.framework &&
    a.roleName === b.roleName &&
    (a.tools === b.tools ||
      (a.tools.length === b.tools.length && a.tools.every((tool, i) => tool === b.tools[i])))
  );
}

function build(input: StaticInput, hasData: boolean): StaticPart {
  const { roleName, role, framework, tools, model } = input;
  const practices = practiceSection(input.practices);
  // What tools give is such text too. Where there is none, nobody need be told of it.
  const isTold = hasData || tools.length > 0 || hasUntrusted(practices.text);
  const system = isTold ? `${systemText}\n${untrustedNote}` : systemText;
  const sections = joinSections([
    { layer: 'system', id: 'overseer', version: isTold ? '3+data' : '3', text: system },
    { layer: 'system', id: 'tools', version: '2', text: toolsText(tools) },
    { layer: 'role', id: roleName, version: textVersion(role.text), text: role.text.trim() },
    { layer: 'model', id: model.id, version: '1', text: modelText(model, tools) },
    practices,
    ...frameworkSections(framework),
  ]);
  const text = sections.map((section) => section.text).join('\n');
  return { sections, message: { role: 'system', parts: [{ type: 'text', text }] } };
}

/** Every call pays for each word of it: criteria stand with the tasks that have some, and of the team nobody need be told. */
const systemText =
  'Do all of the task and nothing beyond it. Say what is so; when something cannot be done, say why.';

function toolsText(tools: readonly ToolDescription[]): string {
  if (tools.length === 0) return 'You have no tools: your answer is the result.';
  const names = tools.map(({ name }) => name).join(', ');
  return `Your tools: ${names}. Use them to do the work; then answer with a short account of what you did.`;
}

function modelText(model: ModelInfo, tools: readonly ToolDescription[]): string {
  const lines: string[] = [];
  if (model.maxOutput !== undefined) {
    lines.push(
      `Your answer may have at most ${model.maxOutput} tokens; what is longer is cut off.`,
    );
  }
  if (tools.length > 0 && model.can.tools === false) {
    lines.push('You cannot call tools here: write your result as text.');
  }
  if (model.can.reasoning === true) {
    lines.push('Only your answer is kept, not what you think before it.');
  }
  return lines.length === 0 ? '' : `# Your limits\n${lines.join('\n')}`;
}

function frameworkSections(framework: Framework | undefined): readonly PromptSection[] {
  if (framework === undefined) return [];
  const { id, version, name, components } = framework.definition;
  const sent = components.filter((component) => component.internal !== true);
  if (sent.length === 0) return [];
  const parts = sent.map(({ title, describe }) => `- ${title}: ${describe}`).join('\n');
  const text = `# How the task is written (${name})\n${parts}`;
  return [{ layer: 'framework', id, version, text }];
}

function textVersion(text: string): string {
  return hash('sha256', text, 'hex').slice(0, 12);
}
