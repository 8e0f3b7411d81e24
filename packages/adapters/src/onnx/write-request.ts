import { defined } from '@overseer/core/plugin';
import type { Message, ModelRequest, ModelWarning, Part } from '@overseer/core/spec';
import type { EngineRequest } from '../engine/engine-model.ts';
import { decodeText } from '../internal/base64.ts';
import { isText, leftOut } from '../internal/file-text.ts';
import type { OnnxRequest } from './onnx-request.ts';
import type { ChatMessage } from './transformers.ts';

/** Translates a request; what the engine cannot do becomes a warning. */
export function writeOnnxRequest(request: ModelRequest): EngineRequest {
  const warnings: ModelWarning[] = [];
  const { maxTokens, temperature, topP } = request;
  const unsupported = {
    tools: (request.tools?.length ?? 0) > 0 && request.toolChoice !== 'none',
    output: request.output !== undefined,
    seed: request.seed !== undefined,
    effort: request.effort !== undefined,
  };
  for (const [what, asked] of Object.entries(unsupported)) {
    if (asked) warnings.push({ kind: 'unsupported', what });
  }
  const written: OnnxRequest = {
    messages: request.messages.map((message) => chatMessage(message, warnings)),
    stop: request.stop ?? [],
    ...defined({ maxTokens, temperature, topP }),
  };
  return { request: JSON.parse(JSON.stringify(written)), warnings };
}

function chatMessage({ role, parts }: Message, warnings: ModelWarning[]): ChatMessage {
  const content = parts.map((part) => textOf(part, warnings)).filter((text) => text !== '');
  return { role, content: content.join('\n\n') };
}

function textOf(part: Part, warnings: ModelWarning[]): string {
  switch (part.type) {
    case 'text':
      return part.text;
    case 'tool-call':
      return `[Called ${part.name} with ${JSON.stringify(part.input)}]`;
    case 'tool-result':
      return typeof part.output === 'string' ? part.output : JSON.stringify(part.output);
    case 'file':
      if (isText(part)) return decodeText(part.data);
      return leftOut(part, (file) => `${file} was left out: this engine reads text`, warnings);
    case 'reasoning':
    case 'custom':
      return '';
  }
}
