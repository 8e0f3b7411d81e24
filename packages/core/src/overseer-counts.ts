import { requestProblem } from './call/request-problem.ts';
import { requireModel } from './check-entry.ts';
import { ConfigError } from './errors/config-error.ts';
import type { OverseerGround } from './overseer-ground.ts';
import type { Message } from './spec/message.ts';
import type { ModelRequest, TokenCount } from './spec/model.ts';

/** What is counted, and for which model. */
export interface CountTokensRequest extends Pick<ModelRequest, 'tools' | 'output'> {
  /** The model's name in the team. */
  readonly model: string;
  /** A text is one message of a user. */
  readonly messages: string | readonly Message[];
  readonly signal?: AbortSignal;
}

/** Counts a request for a model of the team. Throws `ConfigError` `config.unknown-model` or `config.invalid`, and `ModelError` where the signal aborts. */
export async function countTokens(
  { open }: OverseerGround,
  { model: name, messages, tools, output, signal }: CountTokensRequest,
): Promise<TokenCount> {
  const { settings } = open;
  const { model } = requireModel(settings, name);
  const given = typeof messages === 'string' ? [said(messages)] : messages;
  const problem = requestProblem({ messages: given, tools, output });
  if (problem !== undefined) {
    throw new ConfigError(
      'config.invalid',
      `What countTokens() was given is no request: ${problem}.`,
    );
  }
  // What is counted is known again by its objects, and these are the caller's to change.
  const request = {
    messages: given.map((message) => ({ ...message, parts: [...message.parts] })),
    ...(tools === undefined ? {} : { tools: [...tools] }),
    ...(output === undefined ? {} : { output: copyOf(output) }),
  };
  return await settings.counts.count(model, request, signal);
}

function copyOf(output: NonNullable<ModelRequest['output']>): NonNullable<ModelRequest['output']> {
  return output.schema === undefined ? output : { ...output, schema: { ...output.schema } };
}

function said(text: string): Message {
  return { role: 'user', parts: [{ type: 'text', text }] };
}
