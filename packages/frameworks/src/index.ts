/**
 * Prompt frameworks as data; spec formats stand under their own subpaths.
 *
 * @packageDocumentation
 */
export { bmad } from './bmad.ts';
export { none } from './none.ts';
