/**
 * Keys for content at rest, and how it is put away.
 *
 * @packageDocumentation
 */
export { type KeyRing, type KeySource, newMasterKey } from './key-ring.ts';
export { environmentKeys, fileKeys } from './key-sources.ts';
