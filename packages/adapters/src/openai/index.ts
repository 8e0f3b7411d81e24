/**
 * Models of OpenAI, through the official SDK.
 *
 * @packageDocumentation
 */
export { type OpenAiOptions, openai } from './openai.ts';
