/**
 * Models of Google over the Gemini API, over our own wire code.
 *
 * @packageDocumentation
 */

export { type GoogleOptions, google } from './google.ts';
export type { GoogleAccess } from './google-client.ts';
export { type GoogleEmbeddingOptions, googleEmbedding } from './google-embedding.ts';
