import { join } from 'node:path';
import { OverseerError } from '@overseer/core/plugin';
import type { ChangeRequest, TextEdit } from '@overseer/core/spec';
import type { Repository } from './repository.ts';
import { DURABLE, type GitCall } from './run-git.ts';
import type { Scratch } from './scratch.ts';

/** The tree with the tick in it, or why there is none. */
export type TickedTree =
  | { readonly kind: 'tree'; readonly id: string }
  | { readonly kind: 'refused'; readonly because: string; readonly file: string };

/** Sets a task's box in a document of a tree: one edit, every other byte as it was. */
export async function tickDocument(
  repository: Repository,
  tree: string,
  tick: NonNullable<ChangeRequest['tick']>,
  scratch: Scratch,
  signal: AbortSignal,
): Promise<TickedTree> {
  const { git } = repository;
  const { file } = tick;
  const listed = (await git(['ls-tree', '-z', tree, '--', file], { signal })).text;
  const [, mode, id] = /^(100\d{3}) blob ([0-9a-f]+)\t/.exec(listed) ?? [];
  if (mode === undefined || id === undefined) {
    return { kind: 'refused', file, because: `${file} is not a file of the last commit.` };
  }
  const bytes = (await git(['cat-file', 'blob', id], { signal })).bytes;
  const edited = editDocument(bytes, tick);
  if (edited.kind === 'refused') return { ...edited, file };
  const env = { GIT_INDEX_FILE: join(scratch.path, 'tick-index') };
  const call = { signal, env, settings: DURABLE };
  const input = edited.text;
  const blob = (await git(['hash-object', '-w', '--stdin'], { ...call, input })).text.trim();
  return { kind: 'tree', id: await replaceBlob(repository, tree, { mode, blob, file }, call) };
}

type Edited =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refused'; readonly because: string };

function editDocument(bytes: Buffer, tick: NonNullable<ChangeRequest['tick']>): Edited {
  const { file, source, uid, status } = tick;
  const text = decode(bytes);
  if (text === undefined) return { kind: 'refused', because: `${file} is not UTF-8 text.` };
  try {
    return { kind: 'text', text: applyEdit(text, source.setStatus(file, text, uid, status)) };
  } catch (error) {
    // The attempt may have rewritten the document: that is the attempt's fault, not the caller's.
    if (OverseerError.is(error) && error.code === 'source.stale') {
      return { kind: 'refused', because: error.message };
    }
    throw error;
  }
}

function decode(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

function applyEdit(text: string, edit: TextEdit): string {
  return text.slice(0, edit.start) + edit.text + text.slice(edit.end);
}

async function replaceBlob(
  { git }: Repository,
  tree: string,
  entry: { readonly mode: string; readonly blob: string; readonly file: string },
  call: GitCall,
): Promise<string> {
  await git(['read-tree', tree], call);
  const input = `${entry.mode} ${entry.blob}\t${entry.file}\0`;
  await git(['update-index', '-z', '--index-info'], { ...call, input });
  return (await git(['write-tree'], call)).text.trim();
}
