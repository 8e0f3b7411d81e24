/**
 * Workspaces for attempts on a git repository.
 *
 * @packageDocumentation
 */
export { type GitWorkspacesOptions, gitWorkspaces } from './git-workspaces.ts';
export { initRepository } from './init-repository.ts';
