/**
 * Overseer: runs a team of language models under an overseer model.
 *
 * @packageDocumentation
 */
export { createOverseer } from './create-overseer.ts';
export { ConfigError } from './errors/config-error.ts';
export { ModelError, ModelNotFoundError } from './errors/model-error.ts';
export { OverseerError } from './errors/overseer-error.ts';
export { StoreError } from './errors/store-error.ts';
export { ToolError } from './errors/tool-error.ts';
export { memory } from './journal/memory-store.ts';
export type { TaskStatus } from './journal/run-state.ts';
export type { LimitUse } from './limit/model-limits.ts';
export type { LimitOptions, Pool, Sampler, SharedLimit } from './limit-options.ts';
export type { OverseerOptions, TeamEntry } from './options.ts';
export type { Overseer, RunOptions, UnfinishedRun } from './overseer.ts';
export type { ComposedPrompt } from './prompt/prompt-input.ts';
export { type PromptLine, promptLines } from './prompt/prompt-lines.ts';
export type { LiveEvent } from './run/create-attempt-host.ts';
export type { ModelState } from './run/model-state.ts';
export type { OpenQuestion } from './run/questions.ts';
export type { Run } from './run/run-handle.ts';
export type { RunResult, TaskResult } from './run/run-result.ts';
export { type ReviewOptions, review } from './validate/review.ts';
