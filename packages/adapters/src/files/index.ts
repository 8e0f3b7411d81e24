/**
 * File tools for models, confined to the attempt's workspace.
 *
 * @packageDocumentation
 */
export { type FileToolName, fileTools } from './file-tools.ts';
export type { FileToolsOptions } from './limits.ts';
