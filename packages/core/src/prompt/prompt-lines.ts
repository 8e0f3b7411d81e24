import type { EventData, PromptSection } from '../spec/index.ts';
import type { ComposedPrompt } from './prompt-input.ts';

/** One line of a prompt, and where it came from. */
export interface PromptLine {
  /** Index into `messages`. */
  readonly message: number;
  /** 1-based, within its message. */
  readonly line: number;
  readonly layer: PromptSection['layer'];
  /** The section's id. */
  readonly section: string;
  readonly text: string;
}

/** The layers that make up the system message; all others make up the user message. */
const systemLayers: readonly PromptSection['layer'][] = [
  'system',
  'role',
  'model',
  'framework',
  'examples',
];

/** Shows which layer gave each line of a prompt. */
export function promptLines(prompt: ComposedPrompt): readonly PromptLine[] {
  const next = [1, 1];
  return prompt.sections.flatMap(({ layer, id, text }) => {
    const message = systemLayers.includes(layer) ? 0 : 1;
    const first = next[message] ?? 1;
    const lines = text.split('\n');
    next[message] = first + lines.length;
    return lines.map((line, i) => ({
      message,
      line: first + i,
      layer,
      section: id,
      text: line,
    }));
  });
}

/** The sections as `attempt.started` records them: without their text, which is in its messages. */
export function recordedSections(prompt: ComposedPrompt): EventData['attempt.started']['sections'] {
  return prompt.sections.map(({ layer, id, version, text }) => ({
    layer,
    id,
    version,
    lines: countLines(text),
  }));
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++;
  return lines;
}
