/**
 * Models in GGUF files, run by llama.cpp in processes of their own.
 *
 * @packageDocumentation
 */
export type { EngineStatus, LocalModel } from '../engine/engine-model.ts';
export { type GgufOptions, gguf } from './gguf.ts';
export type { GgufGpu } from './gguf-request.ts';
