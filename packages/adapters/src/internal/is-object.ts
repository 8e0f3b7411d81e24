import type { Json, JsonObject } from '@overseer/core/spec';

/** Whether a value is an object with properties, and neither an array nor nothing. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
