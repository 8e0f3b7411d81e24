/** The part of transformers.js that the engine uses, described here because its package is too large to be installed for its types. */
export interface Transformers {
  readonly env: {
    allowRemoteModels: boolean;
    allowLocalModels: boolean;
    localModelPath: string;
    useFSCache: boolean;
  };
  pipeline(
    task: 'text-generation',
    model: string,
    options: PipelineOptions,
  ): Promise<TextGeneration>;
  pipeline(
    task: 'feature-extraction',
    model: string,
    options: PipelineOptions,
  ): Promise<FeatureExtraction>;
  readonly TextStreamer: new (tokenizer: Tokenizer, options: StreamerOptions) => object;
  readonly InterruptableStoppingCriteria: new () => { interrupt(): void };
}

/** Which of a model's files is loaded, and what computes. */
export interface PipelineOptions {
  readonly dtype: string;
  readonly device: string;
  readonly progress_callback?: (told: unknown) => void;
}

/** A loaded model that writes. */
export interface TextGeneration {
  (messages: readonly ChatMessage[], options: object): Promise<unknown>;
  readonly tokenizer: Tokenizer;
  readonly model: {
    readonly config: Readonly<Record<string, unknown>>;
    readonly generation_config?: Readonly<Record<string, unknown>> | null;
  };
}

/** A loaded model that makes vectors. */
export type FeatureExtraction = (
  texts: readonly string[],
  options: { readonly pooling: 'mean'; readonly normalize: boolean },
) => Promise<{ tolist(): number[][] }>;

/** What turns text into tokens. */
export interface Tokenizer {
  readonly model_max_length?: number;
  readonly config?: { readonly model_max_length?: number };
  readonly chat_template?: unknown;
  apply_chat_template(
    messages: readonly ChatMessage[],
    options: {
      readonly add_generation_prompt: true;
      readonly return_tensor: false;
      readonly return_dict: false;
    },
  ): readonly number[];
}

/** One turn as chat templates know it. */
export interface ChatMessage {
  readonly role: string;
  readonly content: string;
}

interface StreamerOptions {
  readonly skip_prompt: true;
  readonly skip_special_tokens: true;
  readonly callback_function: (text: string) => void;
  readonly token_callback_function: (tokens: readonly (bigint | number)[]) => void;
}
