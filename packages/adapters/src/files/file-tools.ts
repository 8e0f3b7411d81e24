import type { Tool } from '@overseer/core/spec';
import { deleteFileTool } from './delete-file.ts';
import { type FileToolsOptions, fileLimits } from './limits.ts';
import { listFilesTool } from './list-files.ts';
import { moveFileTool } from './move-file.ts';
import { readFileTool } from './read-file.ts';
import { searchFilesTool } from './search-files.ts';
import { writeFileTool } from './write-file.ts';

/** The names of the file tools. */
export type FileToolName =
  | 'read_file'
  | 'write_file'
  | 'list_files'
  | 'search_files'
  | 'move_file'
  | 'delete_file';

/**
 * Tools for the files of an attempt's workspace and nothing outside it: absolute paths, `..`, links and reserved folders
 * (`.git`, `.overseer`, `node_modules`) are refused in words for the model. Reading needs the permission `read`, changing
 * needs `write` and, where the task declared its files, a declared path. On Linux no race can lead out; elsewhere folders are
 * checked before and after each step.
 */
export function fileTools(options: FileToolsOptions = {}): Record<FileToolName, Tool> {
  const limits = fileLimits(options);
  return {
    read_file: readFileTool(limits),
    write_file: writeFileTool(limits),
    list_files: listFilesTool(limits),
    search_files: searchFilesTool(limits),
    move_file: moveFileTool(limits),
    delete_file: deleteFileTool(limits),
  };
}
