import type { Anthropic } from '@anthropic-ai/sdk';
import type { Answer } from '../answer.ts';

/** The message of an answer, with that content. */
export function messageOf(answer: Answer, content: Anthropic.ContentBlock[]): Anthropic.Message {
  return {
    id: `msg_${answer.n}`,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content,
    container: null,
    diagnostics: null,
    stop_details: stopDetails(answer),
    stop_reason: stopReason(answer),
    stop_sequence: answer.stoppedBy ?? null,
    usage: usageOf(answer),
  };
}

/** Why an answer stops, in Anthropic's words. */
export function stopReason({ finish, stoppedBy }: Answer): Anthropic.StopReason {
  return stoppedBy === undefined ? STOP_REASONS[finish] : 'stop_sequence';
}

const STOP_REASONS: Readonly<Record<Answer['finish'], Anthropic.StopReason>> = {
  stop: 'end_turn',
  'tool-calls': 'tool_use',
  length: 'max_tokens',
  filter: 'refusal',
};

/** What more there is to say of why it stops. */
export function stopDetails({ finish }: Answer): Anthropic.RefusalStopDetails | null {
  return finish === 'filter' ? { type: 'refusal', category: null, explanation: null } : null;
}

/** Usage by Anthropic's measure: `input_tokens` leaves out what was read from and written to a cache. */
export function usageOf({ usage }: Answer): Anthropic.Usage {
  const { input, cacheRead, cacheWrite, output, reasoning } = usage;
  return {
    input_tokens: Math.max(0, input - cacheRead - cacheWrite),
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite,
    cache_creation: {
      ephemeral_5m_input_tokens: cacheWrite,
      ephemeral_1h_input_tokens: 0,
    },
    output_tokens: output,
    output_tokens_details: { thinking_tokens: reasoning },
    server_tool_use: null,
    service_tier: 'standard',
    inference_geo: null,
    speed: null,
  };
}

/** The usage that comes with the stop reason of a stream: cumulative, and without what only the start tells. */
export function deltaUsage(usage: Anthropic.Usage): Anthropic.MessageDeltaUsage {
  return {
    input_tokens: usage.input_tokens,
    cache_read_input_tokens: usage.cache_read_input_tokens,
    cache_creation_input_tokens: usage.cache_creation_input_tokens,
    output_tokens: usage.output_tokens,
    output_tokens_details: usage.output_tokens_details,
    server_tool_use: usage.server_tool_use,
  };
}
