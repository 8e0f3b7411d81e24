import { ModelError } from '@overseer/core/plugin';
import type { Json, ModelEvent } from '@overseer/core/spec';
import type { Engine } from '../engine/serve-engine.ts';
import { type OnnxOpen, type OnnxRequest, onnxRequest } from './onnx-request.ts';
import { notLoaded, type OpenedTransformers } from './open-transformers.ts';
import { StopText } from './stop-text.ts';
import type { TextGeneration, Transformers } from './transformers.ts';

const FALLBACK_WINDOW = 2048;

/** A model that writes text. Throws `ModelError`. */
export async function openTextEngine(
  open: OnnxOpen,
  { library, name, options }: OpenedTransformers,
): Promise<Engine> {
  const generation = await library
    .pipeline('text-generation', name, options)
    .catch((error: unknown) => {
      throw notLoaded(open, error);
    });
  if (!generation.tokenizer.chat_template) throw noTemplate(open);
  const contextWindow = Math.min(
    open.contextWindow ?? Number.POSITIVE_INFINITY,
    windowOf(generation),
  );
  const engine = new TextEngine(library, generation, contextWindow);
  return {
    contextWindow,
    count: (request) => Promise.resolve(engine.count(onnxRequest.parse(request))),
    stream: (request, signal, emit) => engine.stream(request, signal, emit),
  };
}

class TextEngine {
  readonly #library: Transformers;
  readonly #generation: TextGeneration;
  readonly #window: number;

  constructor(library: Transformers, generation: TextGeneration, window: number) {
    this.#library = library;
    this.#generation = generation;
    this.#window = window;
  }

  count({ messages }: OnnxRequest): number {
    const options = {
      add_generation_prompt: true,
      return_tensor: false,
      return_dict: false,
    } as const;
    if (messages.length === 0) throw new ModelError('invalid', 'a request has a message, or more');
    try {
      return this.#generation.tokenizer.apply_chat_template(messages, options).length;
    } catch (cause) {
      throw unwritten(cause);
    }
  }

  async stream(json: Json, signal: AbortSignal, emit: (event: ModelEvent) => void): Promise<void> {
    const request = onnxRequest.parse(json);
    const prompt = this.count(request);
    const room = this.#window - prompt;
    if (room < 1) throw overflow(prompt, this.#window);
    emit({ type: 'progress', phase: 'prompt' });
    const most = Math.min(request.maxTokens ?? room, room);
    const stopping = new this.#library.InterruptableStoppingCriteria();
    const interrupt = (): void => stopping.interrupt();
    signal.addEventListener('abort', interrupt, { once: true });
    const stop = new StopText(request.stop);
    let text = '';
    let tokens = 0;
    let last: number | undefined;
    const show = (more: string): void => {
      if (more === '') return;
      text += more;
      emit({ type: 'delta', index: 0, kind: 'text', text: more });
    };
    const streamer = new this.#library.TextStreamer(this.#generation.tokenizer, {
      skip_prompt: true,
      skip_special_tokens: true,
      callback_function: (more) => {
        show(stop.push(more));
        if (stop.stopped) interrupt();
      },
      token_callback_function: (made) => {
        tokens += made.length;
        last = Number(made.at(-1));
      },
    });
    try {
      await this.#generation(request.messages, {
        max_new_tokens: most,
        ...sampling(request),
        streamer,
        stopping_criteria: stopping,
      });
    } finally {
      signal.removeEventListener('abort', interrupt);
    }
    if (signal.aborted) return;
    show(stop.end());
    if (text !== '') emit({ type: 'part', index: 0, part: { type: 'text', text } });
    const ended = stop.stopped || tokens < most || this.#isEnd(last);
    emit({
      type: 'finish',
      reason: ended ? 'stop' : 'length',
      usage: { input: { total: prompt }, output: { total: tokens } },
    });
  }

  #isEnd(token: number | undefined): boolean {
    const { generation_config, config } = this.#generation.model;
    const end = generation_config?.['eos_token_id'] ?? config['eos_token_id'];
    return token !== undefined && [end].flat().includes(token);
  }
}

function noTemplate({ folder }: OnnxOpen): ModelError {
  const what = `${folder} has no chat template, in tokenizer_config.json or chat_template.jinja, so that no conversation can be written for it; take a model that was trained to follow instructions`;
  return new ModelError('invalid', what);
}

/** Templates refuse what their model was not made for, such as a system message. */
function unwritten(cause: unknown): ModelError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const what = `the model's chat template cannot write this conversation: ${why.slice(0, 500)}`;
  return new ModelError('invalid', what, { cause });
}

function sampling({ temperature = 0, topP }: OnnxRequest): object {
  if (temperature === 0) return { do_sample: false };
  return { do_sample: true, temperature, ...(topP === undefined ? {} : { top_p: topP }) };
}

function overflow(prompt: number, window: number): ModelError {
  const what = `the request has ${prompt} tokens and leaves no room for an answer: the context window is ${window} tokens; shorten it, or use a model with a larger window`;
  return new ModelError('context-overflow', what);
}

/** What a model says of itself, in one of the names that architectures give it. */
function windowOf({ model, tokenizer }: TextGeneration): number {
  const { config } = model;
  const said = [
    config['max_position_embeddings'],
    config['n_positions'],
    tokenizer.model_max_length,
    tokenizer.config?.model_max_length,
  ].filter((value): value is number => typeof value === 'number' && value > 0 && value < 1e9);
  return said.length === 0 ? FALLBACK_WINDOW : Math.min(...said);
}
