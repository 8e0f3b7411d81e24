import type { FrameworkCheck, ModelInfo } from '../../spec/index.ts';
import { compilePattern, longestMatched } from './safe-pattern.ts';

/** What rules may know beside the text. */
export interface RuleFacts {
  readonly model: ModelInfo;
  /** Whether the task comes with tools. */
  readonly needsTools: boolean;
  /** Characters of the prompt's components. */
  readonly size: number;
}

/** Whether `text` keeps a rule. Looks at most at the first 16 KiB. Without `facts`, a model is taken to be capable. */
export function keepsRule(check: FrameworkCheck, text: string, facts?: RuleFacts): boolean {
  const seen = text.length > longestMatched ? text.slice(0, longestMatched) : text;
  switch (check.type) {
    case 'present':
      return seen.trim() !== '';
    case 'min-words':
      return hasWords(seen, check.words);
    case 'pattern':
      return compilePattern(check).test(seen);
    case 'measurable':
      return measure.test(seen);
    case 'placeholder-free':
      return !hole.test(seen.includes('`') ? seen.replace(code, ' ') : seen);
    case 'model-capable':
      return facts === undefined || isCapable(facts);
  }
}

/** A quoted command or path, a number, or a word that says when something holds. */
const measure =
  /`[^`\n]+`|\d|\b(?:must|shall|exactly|passes|pass|fails|returns?|equals?|exits?|contains?|exists?|compiles?|green|valid|without|every|all|each|at least|at most|no more than|accepted when)\b/i;

/** A hole that somebody forgot to fill, outside of code. */
const hole =
  /\{\{[^{}\n]{0,80}\}\}|\[(?:TBD|TODO|NEEDS CLARIFICATION|insert|your|fill in)\b[^\]\n]{0,80}\]|<(?:TBD|TODO|insert|your|fill in)\b[^>\n]{0,80}>/i;

const code = /```[^`]*```|`[^`\n]*`/g;

function hasWords(text: string, words: number): boolean {
  const word = /\S+/g;
  for (let i = 0; i < words; i++) if (!word.test(text)) return false;
  return true;
}

/** A model fails only where it is known that it cannot: four characters a token is the least that text takes. */
function isCapable({ model, needsTools, size }: RuleFacts): boolean {
  if (needsTools && model.can.tools === false) return false;
  return model.contextWindow === undefined || size / 4 < model.contextWindow;
}
