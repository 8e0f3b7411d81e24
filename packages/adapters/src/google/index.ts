/**
 * Models of Google over the Gemini API, over our own wire code.
 *
 * @packageDocumentation
 */
export { type GoogleOptions, google } from './google.ts';
