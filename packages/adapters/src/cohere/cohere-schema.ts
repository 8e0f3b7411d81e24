import type { SchemaDialect } from '../internal/schema-dialect.ts';

/** What Cohere's models take of JSON Schema, by its guide to structured outputs. */
export const COHERE_SCHEMA: SchemaDialect = {
  name: 'Cohere',
  keywords: new Set([
    '$defs',
    '$ref',
    'type',
    'format',
    'title',
    'description',
    'enum',
    'items',
    'pattern',
    'properties',
    'required',
  ]),
  formats: new Set(['date-time', 'uuid', 'date', 'time']),
  wholePatterns: true,
  needsRequired: true,
  asOf: '2026-11-27',
  source: 'https://docs.cohere.com/docs/structured-outputs',
};
