import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import type { Message, Meta, ModelWarning, Part, ToolResultPart } from '@overseer/core/spec';
import { isUrl } from '../internal/file-text.ts';
import { type FilePlaces, placeFiles } from '../internal/place-files.ts';
import { toolIdFor } from '../internal/tool-id.ts';
import { type AiSdkModel, familyOf } from './ai-sdk-model.ts';
import { OWN, type ProviderData } from './own-meta.ts';
import { lateSystemPrompt } from './plain-prompt.ts';

type Of<Role extends LanguageModelV4Message['role']> = Extract<
  LanguageModelV4Message,
  { readonly role: Role }
>;
type AssistantPart = Of<'assistant'>['content'][number];
type UserPart = Of<'user'>['content'][number];

/** Who is asked, and what of the conversation is left out for it. */
interface Asked {
  readonly provider: string;
  readonly version: AiSdkModel['specificationVersion'];
  readonly warnings: ModelWarning[];
}

/**
 * Writes a conversation as a prompt of the AI SDK; files take the older specifications' form for these. Reasoning goes back
 * only to the provider that it came from. What a message of its role cannot hold becomes a warning.
 */
export function aiSdkPrompt(
  messages: readonly Message[],
  model: AiSdkModel,
  warnings: ModelWarning[],
): LanguageModelV4Prompt {
  const { provider, specificationVersion: version } = model;
  const asked = { provider, version, warnings };
  const places = familyOf(provider) === 'google' ? GOOGLE_PLACES : PLACES;
  const ordered = lateSystemPrompt(messages, model, warnings);
  return placeFiles(ordered, places, warnings).flatMap((message) => turn(message, asked));
}

/** Its providers drop what a model's answer holds of files, but for that of Google. */
const PLACES: FilePlaces = {
  who: 'the AI SDK takes',
  notIn: new Set(['system', 'assistant', 'tool']),
};
const GOOGLE_PLACES: FilePlaces = { ...PLACES, notIn: new Set(['system', 'tool']) };

function turn({ role, parts, meta }: Message, asked: Asked): LanguageModelV4Message[] {
  const own = optionsOf(meta);
  switch (role) {
    case 'system':
      return [{ role, content: textOf(parts), ...own }];
    case 'user':
      return [{ role, content: parts.flatMap((part) => userPart(part, asked)), ...own }];
    case 'assistant': {
      const content = parts.flatMap((part) => assistantPart(part, asked));
      return content.length === 0 ? [] : [{ role, content, ...own }];
    }
    case 'tool': {
      const results = parts.filter((part) => part.type === 'tool-result');
      return results.length === 0 ? [] : [{ role, content: results.map(toolResult), ...own }];
    }
  }
}

function userPart(part: Part, asked: Asked): UserPart[] {
  if (part.type === 'text') return [{ type: 'text', text: part.text, ...optionsOf(part.meta) }];
  if (part.type === 'file') return [filePart(part, asked)];
  const detail = `a message of the user holds a part of type ${part.type}`;
  asked.warnings.push({ kind: 'unsupported', what: part.type, detail });
  return [];
}

function assistantPart(part: Part, asked: Asked): AssistantPart[] {
  const own = optionsOf(part.meta);
  switch (part.type) {
    case 'text':
      return part.text === '' && part.meta === undefined
        ? []
        : [{ type: 'text', text: part.text, ...own }];
    case 'reasoning':
      return isFrom(part.meta, asked) ? [{ type: 'reasoning', text: part.text, ...own }] : [];
    case 'file':
      return [filePart(part, asked)];
    case 'tool-call': {
      const { name: toolName, input } = part;
      return [
        { type: 'tool-call', toolCallId: toolIdFor(part.id, 'safe'), toolName, input, ...own },
      ];
    }
    case 'tool-result':
      return [toolResult(part)];
    case 'custom':
      return customPart(part, asked);
  }
}

function toolResult(part: ToolResultPart): LanguageModelV4ToolResultPart {
  const { output, name: toolName, isError = false } = part;
  const said =
    typeof output === 'string'
      ? ({ type: isError ? 'error-text' : 'text', value: output } as const)
      : ({ type: isError ? 'error-json' : 'json', value: output } as const);
  const toolCallId = toolIdFor(part.id, 'safe');
  return { type: 'tool-result', toolCallId, toolName, output: said, ...optionsOf(part.meta) };
}

function filePart(part: Extract<Part, { readonly type: 'file' }>, { version }: Asked): UserPart {
  const { mediaType, data, name, meta } = part;
  const url = isUrl(data) ? new URL(data) : undefined;
  const tagged =
    url === undefined ? ({ type: 'data', data } as const) : ({ type: 'url', url } as const);
  // Before v4 the data stood there bare.
  const content = version === 'v4' ? tagged : ((url ?? data) as unknown as typeof tagged);
  return {
    type: 'file',
    mediaType,
    data: content,
    ...(name === undefined ? {} : { filename: name }),
    ...optionsOf(meta),
  };
}

/** What a provider did by itself goes back to that provider alone. */
function customPart(
  part: Extract<Part, { readonly type: 'custom' }>,
  asked: Asked,
): AssistantPart[] {
  const own = optionsOf(part.meta);
  if (!part.kind.startsWith(`${OWN}.`)) {
    const isKnown = asked.version === 'v4' && isFrom(part.meta, asked);
    return isKnown ? [{ type: 'custom', kind: part.kind, ...own }] : [];
  }
  if (!isFrom(part.meta, asked)) return [];
  // Written by this adapter from a part of the same type.
  const kept = part.data as unknown as AssistantPart;
  return kept.type === 'tool-call' || kept.type === 'tool-result' ? [{ ...kept, ...own }] : [];
}

/** Whether a part came from the provider that is asked now: marked by this adapter, or with data under its name. */
function isFrom(meta: Meta | undefined, { provider }: Asked): boolean {
  return meta?.[OWN]?.['from'] === provider || meta?.[familyOf(provider)] !== undefined;
}

function optionsOf(meta: Meta | undefined): { readonly providerOptions?: ProviderData } {
  if (meta === undefined) return {};
  const { [OWN]: _, ...theirs } = meta;
  return Object.keys(theirs).length === 0 ? {} : { providerOptions: theirs as ProviderData };
}

function textOf(parts: readonly Part[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
}
