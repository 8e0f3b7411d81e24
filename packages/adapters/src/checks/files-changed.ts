import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding, ValidationContext, Validator } from '@overseer/core/spec';
import { checkError, workspaceOf } from './check-error.ts';

/**
 * Checks that the files a task declared exist and that the attempt changed at least one of them; of a task that declared
 * none, that it changed anything. The check's value, a list of paths, goes before the declaration.
 */
export function filesChanged(): Validator {
  return {
    spec: 'validator/1',
    tier: 'automated',
    validate: async (_, ctx) => {
      ctx.signal.throwIfAborted();
      const workspace = workspaceOf(ctx, 'filesChanged');
      const declared = pathsOf(ctx);
      const findings = [
        ...(await absent(workspace, declared)),
        ...unchanged(declared, ctx.changed),
      ];
      if (findings.length === 0) return { kind: 'pass', evidence: evidenceOf(ctx.changed) };
      return { kind: 'fail', findings, evidence: evidenceOf(ctx.changed) };
    },
  };
}

function pathsOf({ value, task }: ValidationContext): readonly string[] {
  if (value === undefined || value === null) return task.files;
  const list = Array.isArray(value) ? value : [value];
  const paths = list.filter((path) => typeof path === 'string');
  if (paths.length === list.length) return paths;
  throw checkError('check.value', 'The check `filesChanged` takes a list of paths, or nothing.');
}

async function absent(workspace: string, paths: readonly string[]): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const file of paths) {
    const stats = await lstat(join(workspace, file)).catch(() => undefined);
    if (stats === undefined) findings.push({ message: `${file} does not exist.`, file });
  }
  return findings;
}

function unchanged(paths: readonly string[], changed: readonly string[]): readonly Finding[] {
  const isDeclared = (file: string): boolean => paths.some((path) => covers(path, file));
  if (changed.some((file) => paths.length === 0 || isDeclared(file))) return [];
  if (paths.length === 0) return [{ message: 'The attempt changed no file.' }];
  return [{ message: `The attempt changed none of ${paths.join(', ')}.` }];
}

function covers(path: string, file: string): boolean {
  const plain = path.replace(/^\.\//, '');
  return plain.endsWith('/') ? file.startsWith(plain) : file === plain;
}

function evidenceOf(changed: readonly string[]): string {
  if (changed.length === 0) return 'No file changed.';
  const more = changed.length > 20 ? ` and ${changed.length - 20} more` : '';
  return `Changed: ${changed.slice(0, 20).join(', ')}${more}.`;
}
