/**
 * Models of the AI SDK's providers for Overseer, and models of Overseer for the AI SDK. Its provider package is needed for
 * its types alone.
 *
 * @packageDocumentation
 */
export type { AiSdkModel, AiSdkSource } from './ai-sdk-model.ts';
export { type FromAiSdkOptions, fromAiSdk } from './from-ai-sdk.ts';
export { toAiSdk } from './to-ai-sdk.ts';
