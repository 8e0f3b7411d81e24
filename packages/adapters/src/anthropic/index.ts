/**
 * Models of Anthropic, through the official SDK.
 *
 * @packageDocumentation
 */
export type { BatchOptions } from '../internal/batch-options.ts';
export { type AnthropicOptions, anthropic } from './anthropic.ts';
export { type AnthropicBatchOptions, anthropicBatch } from './anthropic-batch.ts';
