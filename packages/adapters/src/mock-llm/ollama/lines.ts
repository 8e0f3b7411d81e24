import type { GenerateResponse, Logprob } from 'ollama';
import type { Answer } from '../answer.ts';
import type { Frame } from '../frame.ts';
import { logprobsOf } from '../logprobs.ts';
import { plainName } from './names.ts';

/** What Ollama's streams are sent as. */
export const NDJSON: string = 'application/x-ndjson';

/** A line that is no JSON. */
export const MALFORMED: string = '{"model": "broken", \n';

/** The client leaves dates as the text that they come as, whatever its types say. */
export type Dated<T> = Omit<T, 'created_at'> & { readonly created_at: string };

/** One document of a stream. */
export function lineFrame(value: object, kind: Frame['kind']): Frame {
  return { text: `${JSON.stringify(value)}\n`, kind };
}

/** With what every document begins: the model as it was asked for (or the other one that answers), and when. */
export function opening({ body, model, createdAt }: Answer): {
  readonly model: string;
  readonly created_at: string;
} {
  const asked = body['model'];
  const created_at = new Date(createdAt).toISOString();
  const isAsked = typeof asked === 'string' && plainName(asked) === model;
  return { model: isAsked ? asked : model, created_at };
}

/** Whether reasoning is told: there is some, and nobody asked for none. */
export function isShown({ reasoning, body }: Answer): boolean {
  return reasoning !== '' && body['think'] !== false;
}

/** The chances of a text's tokens, where they are asked for. */
export function chancesOf({ logprobs }: Answer, text: string): { readonly logprobs?: Logprob[] } {
  if (logprobs === undefined) return {};
  return {
    logprobs: logprobsOf(text, logprobs).map(({ top_logprobs, ...said }) => ({
      ...said,
      ...(top_logprobs.length === 0 ? {} : { top_logprobs }),
    })),
  };
}

/** What the last document adds: why it stopped, tokens, and durations in ns. */
export function metricsOf(answer: Answer): Metrics {
  return {
    done_reason: answer.finish === 'length' ? 'length' : 'stop',
    total_duration: 5_000_000,
    load_duration: 1_000_000,
    prompt_eval_count: answer.usage.input,
    prompt_eval_duration: 2_000_000,
    eval_count: answer.usage.output,
    eval_duration: 2_000_000,
  };
}

type Metrics = Pick<
  GenerateResponse,
  | 'done_reason'
  | 'total_duration'
  | 'load_duration'
  | 'prompt_eval_count'
  | 'prompt_eval_duration'
  | 'eval_count'
  | 'eval_duration'
>;
