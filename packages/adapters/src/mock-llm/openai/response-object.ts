import type OpenAI from 'openai';
import type { Answer } from '../answer.ts';
import { asNumber, asObject, asText } from '../json-reader.ts';
import { responseUsage } from './usage.ts';

/** A response as it travels: `output_text` is the SDK's own addition. */
export type WiredResponse = Omit<OpenAI.Responses.Response, 'output_text' | 'tools'> & {
  readonly tools: readonly object[];
  /** Which the SDK's type lacks. */
  readonly store: boolean;
};

/** How a finished answer's response stands. */
export function responseStatus(answer: Answer): 'completed' | 'incomplete' {
  return INCOMPLETE.has(answer.finish) ? 'incomplete' : 'completed';
}

/** Why an answer is incomplete. */
const INCOMPLETE: ReadonlyMap<Answer['finish'], 'max_output_tokens' | 'content_filter'> = new Map([
  ['length', 'max_output_tokens'],
  ['filter', 'content_filter'],
]);

/** A response's id. */
export function responseId({ n }: Answer): string {
  return `resp_${n}`;
}

/** The response at one moment. Only a settled one has usage. */
export function responseObject(
  answer: Answer,
  status: 'in_progress' | 'completed' | 'incomplete',
  output: OpenAI.Responses.ResponseOutputItem[],
): WiredResponse {
  const { body } = answer;
  const createdAt = Math.floor(answer.createdAt / 1000);
  return {
    id: responseId(answer),
    object: 'response',
    access_programs: null,
    created_at: createdAt,
    completed_at: status === 'completed' ? createdAt : null,
    status,
    background: false,
    error: null,
    incomplete_details: incompleteDetails(answer, status),
    instructions: asText(body['instructions']) || null,
    max_output_tokens: asNumber(body['max_output_tokens']) ?? null,
    metadata: asObject(body['metadata']) as Record<string, string>,
    model: answer.model,
    output,
    parallel_tool_calls: body['parallel_tool_calls'] !== false,
    store: body['store'] !== false,
    previous_response_id: asText(body['previous_response_id']) || null,
    reasoning: { effort: null, summary: null, ...asObject(body['reasoning']) },
    service_tier: 'default',
    temperature: asNumber(body['temperature']) ?? 1,
    text: { format: { type: 'text' }, ...asObject(body['text']) },
    tool_choice: (body['tool_choice'] ?? 'auto') as OpenAI.Responses.Response['tool_choice'],
    tools: toolsOf(answer),
    top_p: asNumber(body['top_p']) ?? 1,
    truncation: body['truncation'] === 'auto' ? 'auto' : 'disabled',
    ...(body['user'] === undefined ? {} : { user: asText(body['user']) }),
    ...(status === 'in_progress' ? {} : { usage: responseUsage(answer.usage) }),
  };
}

function incompleteDetails(
  { finish }: Answer,
  status: string,
): OpenAI.Responses.Response['incomplete_details'] {
  const reason = INCOMPLETE.get(finish);
  return status === 'incomplete' && reason !== undefined ? { reason } : null;
}

/** OpenAI sends the tools back as it understood them. */
function toolsOf({ body }: Answer): readonly object[] {
  return Array.isArray(body['tools']) ? body['tools'].map(asObject) : [];
}
