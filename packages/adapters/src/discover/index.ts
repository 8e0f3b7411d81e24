/**
 * Which models a server has.
 *
 * @packageDocumentation
 */
export { type DiscoverSource, type Discovery, discover } from './discover.ts';
