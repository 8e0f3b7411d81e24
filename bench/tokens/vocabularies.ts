/** A tokenizer whose counts are taken for true. */
export interface Vocabulary {
  readonly name: string;
  load(): Promise<{ countTokens(text: string): number }>;
}

/** That of OpenAI's models since GPT-4o, and the one before, of which those of Llama 3, Qwen and others were made. */
export const VOCABULARIES: readonly Vocabulary[] = [
  { name: 'o200k_base', load: () => import('gpt-tokenizer/encoding/o200k_base') },
  { name: 'cl100k_base', load: () => import('gpt-tokenizer/encoding/cl100k_base') },
];
