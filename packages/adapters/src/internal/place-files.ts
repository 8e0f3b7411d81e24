import type { FilePart, Message, ModelWarning, Part, ToolResultPart } from '@overseer/core/spec';
import { decodeText } from './base64.ts';
import { isText, leftOut } from './file-text.ts';

/** Whose messages. */
type Role = Message['role'];

/** Whose messages a wire takes files in beside those of users, in words for its warnings. */
export interface FilePlaces {
  /** Who is asked, as a sentence begins. */
  readonly who: string;
  /** In whose messages it takes none. */
  readonly notIn: ReadonlySet<Role>;
}

const SAID: Readonly<Record<Role, string>> = {
  system: 'of the system',
  user: 'of a user',
  assistant: 'that a model wrote',
  tool: 'of a tool',
};

/**
 * A conversation without files where its wire takes none: a text that is there in bytes is written out, anything else becomes
 * a note in its place and a warning. What a tool gave beside its result is told with that. Where all fits it is the same list.
 */
export function placeFiles(
  messages: readonly Message[],
  { who, notIn }: FilePlaces,
  warnings: ModelWarning[],
): readonly Message[] {
  if (!messages.some(misplaced)) return messages;
  return messages.map((message) => {
    if (!misplaced(message)) return message;
    const { role, parts } = message;
    const text = (part: FilePart): string => textOf(part, who, role, warnings);
    return {
      ...message,
      parts: role === 'tool' ? besideResults(parts, text) : inPlace(parts, text),
    };
  });

  function misplaced({ role, parts }: Message): boolean {
    return notIn.has(role) && parts.some(({ type }) => type === 'file');
  }
}

function textOf(part: FilePart, who: string, role: Role, warnings: ModelWarning[]): string {
  if (isText(part)) return decodeText(part.data);
  const why = (file: string): string =>
    `${who} no files in a message ${SAID[role]}, such as ${file}`;
  return leftOut(part, why, warnings);
}

function inPlace(parts: readonly Part[], text: (part: FilePart) => string): readonly Part[] {
  return parts.map((part) => (part.type === 'file' ? { type: 'text', text: text(part) } : part));
}

/** Messages of tools hold results alone: a file goes with the result before it, or with the first. */
function besideResults(parts: readonly Part[], text: (part: FilePart) => string): readonly Part[] {
  const results: ToolResultPart[] = [];
  const early: string[] = [];
  for (const part of parts) {
    const last = results.at(-1);
    if (part.type === 'tool-result') results.push(withTexts(part, early.splice(0)));
    else if (part.type !== 'file') continue;
    else if (last === undefined) early.push(text(part));
    else results[results.length - 1] = withTexts(last, [text(part)]);
  }
  return results;
}

function withTexts(part: ToolResultPart, texts: readonly string[]): ToolResultPart {
  if (texts.length === 0) return part;
  const { output } = part;
  const said = typeof output === 'string' ? output : JSON.stringify(output);
  return { ...part, output: [said, ...texts].join('\n\n') };
}
