import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Json, ValidationContext, Validator, Verdict } from '@overseer/core/spec';
import type { ValidatorScene } from '@overseer/core/testing';

/** What a case is made of. */
export interface CheckCase {
  readonly files?: Readonly<Record<string, string>>;
  readonly value?: Json;
  readonly changed?: readonly string[];
  readonly declared?: readonly string[];
  readonly signal?: AbortSignal;
  /** Where the temporary folder is made. */
  readonly below?: string;
}

/** Makes a workspace with these files, and an answer about it. */
export async function checkScene(given: CheckCase = {}): Promise<ValidatorScene> {
  const workspace = await mkdtemp(join(given.below ?? tmpdir(), 'overseer check ü '));
  for (const [path, text] of Object.entries(given.files ?? {})) {
    await mkdir(dirname(join(workspace, path)), { recursive: true });
    await writeFile(join(workspace, path), text);
  }
  const ctx: ValidationContext = {
    task: {
      key: 'k',
      title: 't',
      instruction: 'i',
      kind: 'code',
      needs: [],
      files: given.declared ?? [],
      priority: 'medium',
      checks: [],
    },
    signal: given.signal ?? new AbortController().signal,
    workspace,
    changed: given.changed ?? [],
    value: given.value,
  };
  return {
    answer: { text: 'done', parts: [] },
    ctx,
    [Symbol.asyncDispose]: () => rm(workspace, { recursive: true, force: true }),
  };
}

/** Judges a case and removes it. */
export async function judge(validator: Validator, given: CheckCase = {}): Promise<Verdict> {
  await using scene = await checkScene(given);
  const verdict = await validator.validate(scene.answer, scene.ctx);
  if (verdict.kind === 'ask') throw new Error('asked');
  return verdict;
}
