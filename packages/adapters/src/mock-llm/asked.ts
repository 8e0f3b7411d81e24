import type { Json, JsonObject } from '@overseer/core/spec';
import { asList, asNumber, asObject, asText } from './json-reader.ts';
import type { MockMessage } from './mock-request.ts';
import { tokensOf } from './tokens.ts';

/** A request, as any dialect reads it. */
export interface Asked {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly MockMessage[];
  readonly tools: readonly string[];
  /** Tokens of the whole request, tool definitions included. */
  readonly inputTokens: number;
  readonly stream: boolean;
  /** The most tokens that the reply may have. */
  readonly maxTokens?: number;
  /** Texts before which the reply ends. */
  readonly stops?: readonly string[];
}

/** What is wrong with a body, and with which of its fields. */
export interface Malformed {
  readonly malformed: string;
  readonly param?: string;
}

/** What a dialect has read of a body, before it is counted. */
export interface AskedParts {
  readonly body: JsonObject;
  readonly system: string;
  readonly messages: readonly MockMessage[];
  /** The definitions as sent. */
  readonly tools: readonly Json[];
  /** The field, or fields in order of precedence, that bounds the reply. */
  readonly maxTokens: readonly string[];
  /** What ends the reply, as sent: one text, or several. */
  readonly stop?: Json | undefined;
}

/**
 * Puts a request together and counts it: the characters of the system text, of every message with its tool calls
 * (name and JSON) and results, and of the tool definitions as JSON, over 4.
 */
export function askedFrom(parts: AskedParts): Asked {
  const { body, system, messages, tools, maxTokens } = parts;
  const limit = maxTokens.map((name) => asNumber(body[name])).find((n) => n !== undefined);
  return {
    model: asText(body['model']),
    system,
    messages,
    tools: tools.map(toolName),
    inputTokens: tokensOf(
      system.length +
        messages.reduce((sum, message) => sum + charactersOf(message), 0) +
        (tools.length === 0 ? 0 : JSON.stringify(tools).length),
    ),
    stream: body['stream'] === true,
    ...(limit === undefined ? {} : { maxTokens: limit }),
    stops: asList(typeof parts.stop === 'string' ? [parts.stop] : parts.stop)
      .map(asText)
      .filter((one) => one !== ''),
  };
}

/** OpenAI chat nests a tool's name under `function`; the others do not. */
function toolName(tool: Json): string {
  const definition = asObject(tool);
  return asText(asObject(definition['function'])['name'] ?? definition['name']);
}

/** The characters of a message that count: its text, its tool calls and their results. */
export function charactersOf(message: MockMessage): number {
  return (
    message.text.length +
    message.toolCalls.reduce((n, c) => n + c.name.length + JSON.stringify(c.input).length, 0) +
    message.toolResults.reduce((n, result) => n + result.text.length, 0)
  );
}
