/**
 * Models in LM Studio, with their load states.
 *
 * @packageDocumentation
 */
export { type LmStudio, type LmStudioOptions, lmstudio } from './lmstudio.ts';
export type { LmStudioModel } from './read-models.ts';
