import type { Json, JsonObject, Message, ModelWarning, Part } from '@overseer/core/spec';
import { openAiFile, type TakenFiles } from './openai-files.ts';
import { type FilePlaces, placeFiles } from './place-files.ts';
import { resultText } from './result-text.ts';
import { type ToolIdRule, toolIdFor } from './tool-id.ts';

/** What a server's messages can hold beyond the common. */
export interface OpenAiMessageOptions {
  /** Sends earlier reasoning of `provider` back, which DeepSeek and Kimi want beside tool calls. */
  readonly sendReasoning?: boolean;
  /** Whose reasoning may be sent back; that of others never is. */
  readonly provider?: string;
  /** In which field; the default is `reasoning_content`. */
  readonly reasoningField?: 'reasoning_content' | 'reasoning';
  /** Which ids of tool calls it takes; the default is `chat`. */
  readonly toolIds?: ToolIdRule;
  /** Which files of users it takes; the default is all. */
  readonly files?: TakenFiles;
}

/** Writes a conversation in the form of chat completions. A file that this wire cannot carry becomes a note in its place, and a warning. */
export function openAiMessages(
  messages: readonly Message[],
  warnings: ModelWarning[],
  options: OpenAiMessageOptions = {},
): readonly JsonObject[] {
  const out: JsonObject[] = [];
  for (const message of placeFiles(messages, PLACES, warnings)) {
    switch (message.role) {
      case 'system':
        out.push({ role: 'system', content: textOf(message.parts, '\n\n') });
        break;
      case 'user':
        out.push({ role: 'user', content: userContent(message.parts, warnings, options) });
        break;
      case 'assistant':
        out.push(...assistant(message.parts, options));
        break;
      case 'tool':
        for (const part of message.parts) {
          if (part.type !== 'tool-result') continue;
          const content = resultText(part);
          const id = toolIdFor(part.id, options.toolIds ?? 'chat');
          out.push({ role: 'tool', tool_call_id: id, content });
        }
        break;
    }
  }
  return out;
}

const PLACES: FilePlaces = {
  who: 'chat completions take',
  notIn: new Set(['system', 'assistant', 'tool']),
};

/** The text parts, joined. */
function textOf(parts: readonly Part[], between: string): string {
  const [only] = parts;
  if (parts.length === 1 && only?.type === 'text') return only.text;
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(between);
}

function userContent(
  parts: readonly Part[],
  warnings: ModelWarning[],
  { files = 'all' }: OpenAiMessageOptions,
): string | readonly Json[] {
  if (parts.every((part) => part.type !== 'file')) return textOf(parts, '\n\n');
  return parts.flatMap((part): readonly Json[] => {
    if (part.type === 'text') return [{ type: 'text', text: part.text }];
    return part.type === 'file' ? [openAiFile(part, files, warnings)] : [];
  });
}

/** A message of nothing but thoughts of others is none. */
function assistant(parts: readonly Part[], options: OpenAiMessageOptions): readonly JsonObject[] {
  const calls = parts.flatMap((part) =>
    part.type === 'tool-call'
      ? [
          {
            id: toolIdFor(part.id, options.toolIds ?? 'chat'),
            type: 'function',
            function: { name: part.name, arguments: part.raw || JSON.stringify(part.input) },
          },
        ]
      : [],
  );
  const text = textOf(parts, '');
  const reasoning = options.sendReasoning === true ? reasoningOf(parts, options.provider) : '';
  if (text === '' && reasoning === '' && calls.length === 0) return [];
  return [
    {
      role: 'assistant',
      content: text === '' && calls.length > 0 ? null : text,
      ...(reasoning === '' ? {} : { [options.reasoningField ?? 'reasoning_content']: reasoning }),
      ...(calls.length === 0 ? {} : { tool_calls: calls }),
    },
  ];
}

function reasoningOf(parts: readonly Part[], provider = ''): string {
  return parts
    .map((part) =>
      part.type === 'reasoning' && part.meta?.[provider] !== undefined ? part.text : '',
    )
    .join('');
}
