/**
 * Models of Cohere over its chat, over our own wire code.
 *
 * @packageDocumentation
 */
export { type CohereOptions, cohere } from './cohere.ts';
