/**
 * What authors of plugins need at run time: errors, their classification, wire readers, clock and ids.
 *
 * @packageDocumentation
 */
export { ConfigError } from '../errors/config-error.ts';
export { ModelError, type ModelErrorOptions, ModelNotFoundError } from '../errors/model-error.ts';
export { OverseerError, type OverseerErrorOptions } from '../errors/overseer-error.ts';
export { StoreError, type StoreErrorCode } from '../errors/store-error.ts';
export { ToolError } from '../errors/tool-error.ts';
export { type Clock, systemClock } from '../internal/clock.ts';
export { createIds, type Ids } from '../internal/ids.ts';
export { nearest, suggest } from '../internal/nearest.ts';
export {
  type StandardIssue,
  type StandardResult,
  type StandardToolSchema,
  toolSchema,
} from '../internal/tool-schema.ts';
