import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Tool, ToolContext } from '@overseer/core/spec';

/** A workspace in a temporary folder, with a secret beside it that no tool may reach. */
export interface FileScene extends AsyncDisposable {
  readonly workspace: string;
  readonly outside: string;
  readonly ctx: ToolContext;
}

/** What the secret file holds. */
export const SECRET = 'the secret of the outside';

/** Makes a workspace with these files, and links that lead out of it. */
export async function fileScene(
  files: Readonly<Record<string, string>> = {},
  declared: readonly string[] = [],
): Promise<FileScene> {
  const top = await realpath(await mkdtemp(join(tmpdir(), 'overseer files ü ')));
  const workspace = join(top, 'workspace');
  const outside = join(top, 'outside');
  await mkdir(workspace);
  await mkdir(outside);
  await writeFile(join(outside, 'secret.txt'), SECRET);
  await symlink(outside, join(workspace, 'link-folder'));
  await symlink(join(outside, 'secret.txt'), join(workspace, 'link-file'));
  await symlink('../outside/planted.txt', join(workspace, 'link-nowhere'));
  await symlink('/', join(workspace, 'link-root'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
  const ctx = { signal: new AbortController().signal, run: 'r', task: 't', attempt: 'a', key: 'k' };
  return {
    workspace,
    outside,
    ctx: { ...ctx, workspace, files: declared },
    [Symbol.asyncDispose]: () => rm(top, { recursive: true }),
  };
}

/** Calls a tool as the kernel would: parse, then execute. */
export async function use(tool: Tool, input: object, ctx: ToolContext): Promise<unknown> {
  const parsed = tool.input.parse(input);
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return await tool.execute(parsed.value, ctx);
}
