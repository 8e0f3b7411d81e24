/**
 * Models in LM Studio, with their states, loaded on demand.
 *
 * @packageDocumentation
 */
export { type LmStudioOptions, lmstudio } from './lmstudio.ts';
