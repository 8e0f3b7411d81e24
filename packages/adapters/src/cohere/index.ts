/**
 * Models of Cohere over its chat, over our own wire code.
 *
 * @packageDocumentation
 */
export { type CohereOptions, cohere } from './cohere.ts';
export type { CohereAccess } from './cohere-client.ts';
export { type CohereEmbeddingOptions, cohereEmbedding } from './cohere-embedding.ts';
