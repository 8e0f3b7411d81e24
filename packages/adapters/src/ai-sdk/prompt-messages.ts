import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolResultOutput,
  SharedV4FileData,
} from '@ai-sdk/provider';
import type { Json, Message, Meta, ModelWarning, Part } from '@overseer/core/spec';
import { fileData } from './file-data.ts';
import { OWN } from './own-meta.ts';

type TheirPart = Exclude<LanguageModelV4Message['content'], string>[number];

/** Reads a prompt of the AI SDK as a conversation; what ours cannot hold becomes a warning. */
export function promptMessages(
  prompt: LanguageModelV4Prompt,
  warnings: ModelWarning[],
): readonly Message[] {
  return prompt.map((message): Message => {
    const own = metaOf(message.providerOptions);
    if (message.role === 'system') {
      return { role: 'system', parts: [{ type: 'text', text: message.content }], ...own };
    }
    const content: readonly TheirPart[] = message.content;
    return { role: message.role, parts: content.flatMap((part) => partOf(part, warnings)), ...own };
  });
}

function partOf(part: TheirPart, warnings: ModelWarning[]): readonly Part[] {
  const own = metaOf(part.providerOptions);
  switch (part.type) {
    case 'text':
    case 'reasoning':
      return [{ type: part.type, text: part.text, ...own }];
    case 'file': {
      const { mediaType, data, filename: name } = part;
      if (isReference(data)) return leftOut('file', 'it is held by another provider', warnings);
      const named = name === undefined ? {} : { name };
      return [{ type: 'file', mediaType, data: fileData(data), ...named, ...own }];
    }
    case 'tool-call': {
      const { toolCallId, toolName, input } = part;
      if (part.providerExecuted === true) {
        return [{ type: 'custom', kind: `${OWN}.tool-call`, data: asJson(part), ...own }];
      }
      return [{ type: 'tool-call', id: toolCallId, name: toolName, input: asJson(input), ...own }];
    }
    case 'tool-result': {
      const { toolCallId: id, toolName: name, output } = part;
      const isError = /^error-|denied/.test(output.type) ? { isError: true } : {};
      const said = outputOf(output, warnings);
      return [{ type: 'tool-result', id, name, output: said, ...isError, ...own }];
    }
    case 'custom': {
      const { overseer, ...meta } = own.meta ?? {};
      const data = overseer?.['data'];
      const kept = data === undefined ? {} : { data };
      return [{ type: 'custom', kind: part.kind, ...kept, meta }];
    }
    case 'reasoning-file':
    case 'tool-approval-response':
      return leftOut(part.type, 'a request of Overseer has no such part', warnings);
  }
}

function outputOf(output: LanguageModelV4ToolResultOutput, warnings: ModelWarning[]): Json {
  switch (output.type) {
    case 'text':
    case 'error-text':
      return output.value;
    case 'json':
    case 'error-json':
      return asJson(output.value);
    case 'execution-denied':
      return output.reason ?? 'it was not allowed';
    case 'content': {
      const texts = output.value.map((piece) => {
        if (piece.type === 'text') return piece.text;
        const what = piece.type === 'file' ? `file (${piece.mediaType})` : piece.type;
        leftOut(`tool-result ${what}`, 'a tool gives text or JSON', warnings);
        return `[A ${what} was left out]`;
      });
      return texts.join('\n');
    }
  }
}

function leftOut(what: string, detail: string, warnings: ModelWarning[]): readonly Part[] {
  warnings.push({ kind: 'unsupported', what, detail });
  return [];
}

function isReference(data: SharedV4FileData): boolean {
  return data.type === 'reference';
}

/** What a message carries came as JSON, or goes out as it. */
function asJson(value: unknown): Json {
  return (value ?? null) as Json;
}

function metaOf(options: object | undefined): { readonly meta?: Meta } {
  return options === undefined ? {} : { meta: options as Meta };
}
