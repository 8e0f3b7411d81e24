/**
 * Models of Anthropic, through the official SDK.
 *
 * @packageDocumentation
 */
export { type AnthropicOptions, anthropic } from './anthropic.ts';
