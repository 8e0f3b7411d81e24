import type { Json, JsonObject } from '@overseer/core/spec';
import { asList, asNumber, asObject, asText } from './json-reader.ts';
import type { MockMessage } from './mock-request.ts';
import { tokensOf } from './tokens.ts';
import { ANY_TOOL, allowedTools, type ToolChoice } from './tool-choice.ts';

/** A request, as any dialect reads it. */
export interface Asked {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly MockMessage[];
  /** The names of the tools that the reply may call. */
  readonly tools: readonly string[];
  readonly toolChoice: ToolChoice;
  /** Tokens of the whole request, tool definitions included. */
  readonly inputTokens: number;
  readonly stream: boolean;
  /** The most tokens that the reply may have. */
  readonly maxTokens?: number;
  /** How many choices the reply has; the default is 1. */
  readonly choices?: number;
  /** How many of the likeliest tokens are told with each, 0 for itself alone; missing where no chances are asked for. */
  readonly logprobs?: number | undefined;
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
  /** Which of them may be called; the default is any. */
  readonly toolChoice?: ToolChoice;
  /** The field, or fields in order of precedence, that bounds the reply. */
  readonly maxTokens: readonly string[];
  /** How many of the likeliest tokens are to be told with each; missing for none. */
  readonly logprobs?: number | undefined;
  /** How many choices the reply is to have. */
  readonly choices?: number | undefined;
  /** What ends the reply, as sent: one text, or several. */
  readonly stop?: Json | undefined;
}

/**
 * Puts a request together and counts it: the characters of the system text, of every message with its tool calls
 * (name and JSON) and results, and of the tool definitions as JSON, over 4.
 */
export function askedFrom(parts: AskedParts): Asked {
  const { body, system, messages, tools, maxTokens, toolChoice = ANY_TOOL } = parts;
  // Servers at home take -1 for no bound.
  const limit = maxTokens
    .map((name) => asNumber(body[name]))
    .find((n) => n !== undefined && n >= 0);
  return {
    model: asText(body['model']),
    system,
    messages,
    tools: allowedTools(tools.map(toolName), toolChoice),
    toolChoice,
    inputTokens: tokensOf(promptText(parts).length),
    stream: body['stream'] === true,
    ...(limit === undefined ? {} : { maxTokens: limit }),
    logprobs: parts.logprobs,
    ...(parts.choices === undefined ? {} : { choices: parts.choices }),
    stops: asList(typeof parts.stop === 'string' ? [parts.stop] : parts.stop)
      .map(asText)
      .filter((one) => one !== ''),
  };
}

/** The name of a tool: some dialects nest it under `function`. */
export function toolName(tool: Json): string {
  const definition = asObject(tool);
  return asText(asObject(definition['function'])['name'] ?? definition['name']);
}

/** What of a request counts, as one text: the system's, every message's, and the tool definitions as JSON. */
export function promptText({
  system,
  messages,
  tools,
}: Pick<AskedParts, 'system' | 'messages' | 'tools'>): string {
  const definitions = tools.length === 0 ? '' : JSON.stringify(tools);
  return system + messages.map(messageText).join('') + definitions;
}

/** What of a message counts: its text, its tool calls and their results. */
export function messageText({ text, toolCalls, toolResults }: MockMessage): string {
  const calls = toolCalls.map(({ name, input }) => name + JSON.stringify(input));
  return [text, ...calls, ...toolResults.map((result) => result.text)].join('');
}
