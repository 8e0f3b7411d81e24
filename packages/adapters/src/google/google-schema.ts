import type { SchemaDialect } from '../internal/schema-dialect.ts';

/** What Google's models take of JSON Schema, by the reference of `responseJsonSchema` (v1, client 3.3.0). */
export const GOOGLE_SCHEMA: SchemaDialect = {
  name: 'Google',
  keywords: new Set([
    '$id',
    '$defs',
    '$ref',
    '$anchor',
    'type',
    'format',
    'title',
    'description',
    'enum',
    'items',
    'prefixItems',
    'minItems',
    'maxItems',
    'minimum',
    'maximum',
    'anyOf',
    'oneOf',
    'properties',
    'additionalProperties',
    'required',
    'propertyOrdering',
  ]),
  loneRefs: true,
  asOf: '2026-11-27',
  source: 'https://ai.google.dev/api/generate-content',
};
