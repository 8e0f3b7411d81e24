/**
 * Reads Spec Kit features into graphs of tasks, and writes the state of a task back.
 *
 * @packageDocumentation
 */
export { planSpecKit } from './plan-spec-kit.ts';
export { readSpecKit } from './read-spec-kit.ts';
export { setStatus } from './set-status.ts';
export { type SpecKitOptions, specKit, specKitSource } from './spec-kit.ts';
export type {
  Account,
  Criterion,
  DocumentTask,
  NamedFile,
  Phase,
  StatedDependency,
  TaskDocument,
} from './task-document.ts';
export type { SpecKitPlanOptions } from './task-input.ts';
