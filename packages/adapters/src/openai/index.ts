/**
 * Models of OpenAI, through the official SDK.
 *
 * @packageDocumentation
 */
export type { BatchOptions } from '../internal/batch-options.ts';
export { type OpenAiOptions, openai } from './openai.ts';
export { type OpenAiBatchOptions, openaiBatch } from './openai-batch.ts';
