import { ModelError } from '@overseer/core/plugin';
import type { FinishReason, Json, JsonObject, ModelEvent, Usage } from '@overseer/core/spec';
import type {
  ChatHistoryItem,
  ChatModelFunctions,
  ChatModelResponse,
  GbnfJsonSchema,
  LLamaChatGenerateResponseOptions,
  LlamaChat,
  LlamaGrammar,
} from 'node-llama-cpp';
import type { Engine } from '../engine/serve-engine.ts';
import { type GgufPiece, type GgufRequest, ggufOpen, ggufRequest } from './gguf-request.ts';
import { grammarSchema, withoutNulls } from './grammar-schema.ts';
import { LlamaAnswer } from './llama-answer.ts';
import { type LoadedLlama, openLlama } from './open-llama.ts';

type JsonGrammar = Parameters<LoadedLlama['llama']['createGrammarForJsonSchema']>[0];

/** Most tools that one answer may call. */
const MOST_CALLS = 32;

/** Loads a GGUF file with llama.cpp. Throws `ModelError`. */
export async function openLlamaEngine(
  options: Json,
  onLoad: (fraction: number) => void,
): Promise<Engine> {
  const loaded = await openLlama(ggufOpen.parse(options), onLoad);
  const chat = new loaded.package.LlamaChat({ contextSequence: loaded.context.getSequence() });
  const engine = new LlamaEngine(loaded, chat);
  return {
    contextWindow: loaded.context.contextSize,
    stream: (request, signal, emit) => engine.stream(request, signal, emit),
    count: (request) => Promise.resolve(engine.count(ggufRequest.parse(request))),
  };
}

class LlamaEngine {
  readonly #loaded: LoadedLlama;
  readonly #chat: LlamaChat;

  constructor(loaded: LoadedLlama, chat: LlamaChat) {
    this.#loaded = loaded;
    this.#chat = chat;
  }

  /** The tokens of the prompt, exactly as it would be evaluated. */
  count({ turns, tools }: GgufRequest): number {
    const { chatWrapper } = this.#chat;
    const { contextText } = chatWrapper.generateContextState({
      chatHistory: withAnswer(historyOf(turns)),
      availableFunctions: functionsOf(tools),
    });
    return contextText.tokenize(this.#loaded.model.tokenizer).length;
  }

  async stream(json: Json, signal: AbortSignal, emit: (event: ModelEvent) => void): Promise<void> {
    const request = ggufRequest.parse(json);
    const prompt = this.count(request);
    const room = this.#loaded.context.contextSize - prompt;
    if (room < 1) throw this.#overflow(prompt);
    const { sequence } = this.#chat;
    const before = sequence.tokenMeter.getState();
    const answer = new LlamaAnswer(emit);
    emit({ type: 'progress', phase: 'prompt' });
    const options = await this.#options(request, Math.min(request.maxTokens ?? room, room), answer);
    const done = await this.#generate(request, { ...options, signal });
    if (done === undefined || signal.aborted) return;
    const used = sequence.tokenMeter.diff(before);
    const calls = (done.functionCalls ?? []).map(({ functionName, params }) => {
      const schema = request.tools.find(({ name }) => name === functionName)?.input;
      return { name: functionName, input: withoutNulls((params ?? {}) as Json, schema) };
    });
    const usage: Usage = {
      // The last token of a prompt is evaluated with the answer, and is no use of what is kept.
      input: { total: prompt, cacheRead: Math.max(0, prompt - used.usedInputTokens - 1) },
      output: { total: used.usedOutputTokens },
    };
    const { stopReason } = done.metadata;
    answer.end(calls, calls.length > 0 ? 'tool-calls' : reasonOf(stopReason), stopReason, usage);
  }

  async #generate(
    request: GgufRequest,
    options: LLamaChatGenerateResponseOptions,
  ): Promise<Awaited<ReturnType<LlamaChat['generateResponse']>> | undefined> {
    try {
      return await this.#chat.generateResponse([...historyOf(request.turns)], options);
    } catch (error) {
      if (options.signal?.aborted === true) return undefined;
      // What was evaluated half is of no use to the next call.
      await this.#chat.sequence.clearHistory();
      throw error;
    }
  }

  async #options(
    request: GgufRequest,
    maxTokens: number,
    answer: LlamaAnswer,
  ): Promise<LLamaChatGenerateResponseOptions> {
    const { temperature = 0, topP, seed, stop, thought } = request;
    const common = {
      maxTokens,
      temperature,
      ...(topP === undefined ? {} : { topP }),
      ...(seed === undefined ? {} : { seed }),
      ...(stop.length === 0 ? {} : { customStopTriggers: stop }),
      ...(thought === undefined ? {} : { budgets: { thoughtTokens: thought } }),
      contextShift: {
        size: 1,
        // Nothing of a conversation is left out in silence.
        strategy: () => {
          throw this.#overflow(this.count(request));
        },
      },
      onResponseChunk: ({ type, text }: { readonly type: unknown; readonly text: string }) =>
        type === 'segment' ? answer.reasoning(text) : answer.text(text),
    };
    if (request.tools.length > 0) {
      return {
        ...common,
        functions: functionsOf(request.tools),
        maxParallelFunctionCalls: MOST_CALLS,
        onFunctionCallParamsChunk: ({ callIndex, paramsChunk }) =>
          answer.callInput(callIndex, paramsChunk),
      };
    }
    if (request.json === undefined) return common;
    return { ...common, grammar: await this.#grammar(request.json.schema) };
  }

  async #grammar(schema: JsonObject | undefined): Promise<LlamaGrammar> {
    const { llama } = this.#loaded;
    if (schema === undefined) return await llama.getGrammarFor('json');
    try {
      const { schema: written } = grammarSchema(schema, 'written');
      return await llama.createGrammarForJsonSchema(written as JsonGrammar);
    } catch (cause) {
      throw unfitSchema(cause);
    }
  }

  #overflow(prompt: number): ModelError {
    const { contextSize } = this.#loaded.context;
    const what = `the request has ${prompt} tokens and leaves no room for an answer: the context window is ${contextSize} tokens; shorten it, or give the model a larger contextWindow`;
    return new ModelError('context-overflow', what);
  }
}

function historyOf(turns: GgufRequest['turns']): ChatHistoryItem[] {
  return turns.map((turn): ChatHistoryItem => {
    if (turn.role === 'model') return { type: 'model', response: turn.pieces.map(responsePiece) };
    return { type: turn.role, text: turn.text };
  });
}

function responsePiece(piece: GgufPiece): ChatModelResponse['response'][number] {
  if ('text' in piece) return piece.text;
  return { type: 'functionCall', name: piece.call, params: piece.input, result: piece.result };
}

/** An answer belongs to a turn of the model, which is begun where the last is not one. */
function withAnswer(history: ChatHistoryItem[]): readonly ChatHistoryItem[] {
  return history.at(-1)?.type === 'model' ? history : [...history, { type: 'model', response: [] }];
}

function functionsOf(tools: GgufRequest['tools']): ChatModelFunctions {
  return Object.fromEntries(
    tools.map(({ name, description, input }) => {
      const params = grammarSchema(input, 'null').schema as GbnfJsonSchema;
      return [name, { params, ...(description === undefined ? {} : { description }) }];
    }),
  );
}

function unfitSchema(cause: unknown): ModelError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new ModelError('invalid', `no grammar can be made of the schema: ${why}`, { cause });
}

function reasonOf(stopReason: string): FinishReason {
  return stopReason === 'maxTokens' ? 'length' : 'stop';
}
