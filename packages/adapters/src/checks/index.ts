/**
 * Automated validators: the TypeScript compiler, any command, and whether files changed.
 *
 * @packageDocumentation
 */
export { type CommandOptions, command } from './command.ts';
export { filesChanged } from './files-changed.ts';
export { type TscOptions, tsc } from './tsc.ts';
