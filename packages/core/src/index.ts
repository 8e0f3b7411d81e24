/**
 * Overseer: runs a team of language models under an overseer model.
 *
 * @packageDocumentation
 */
export { ConfigError } from './errors/config-error.ts';
export { ModelError, ModelNotFoundError } from './errors/model-error.ts';
export { OverseerError } from './errors/overseer-error.ts';
export { StoreError } from './errors/store-error.ts';
export { ToolError } from './errors/tool-error.ts';
export { memory } from './journal/memory-store.ts';
