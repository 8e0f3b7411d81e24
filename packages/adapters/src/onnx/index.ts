/**
 * Models in ONNX folders, run by transformers.js in processes of their own.
 *
 * @packageDocumentation
 */
export type { EngineStatus, LocalModel } from '../engine/engine-model.ts';
export { type OnnxOptions, onnx } from './onnx.ts';
export { type Embedder, onnxEmbedder } from './onnx-embedder.ts';
