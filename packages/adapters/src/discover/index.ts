/**
 * Which models a server has.
 *
 * @packageDocumentation
 */
export { type DiscoverKind, type DiscoverSource, type Discovery, discover } from './discover.ts';
