import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, OverseerError } from '@overseer/core/plugin';
import type { TaskGraph, TaskSource } from '@overseer/core/spec';
import { featureContext } from './feature-context.ts';
import { type FeatureFolder, findFeature } from './feature-folder.ts';
import { planSpecKit } from './plan-spec-kit.ts';
import { readSpecKit } from './read-spec-kit.ts';
import { uncoveredRequirements } from './requirement-coverage.ts';
import { selectOpen } from './select-open.ts';
import { setStatus } from './set-status.ts';
import type { TaskDocument } from './task-document.ts';
import type { SpecKitPlanOptions } from './task-input.ts';

/** How a feature is read. */
export interface SpecKitOptions extends SpecKitPlanOptions {
  /** Stops the reading of files. */
  readonly signal?: AbortSignal;
}

/**
 * Reads a Spec Kit feature into a graph of its open tasks, from the path of a repository (its newest feature), of a
 * feature folder or of a `tasks.md`; the graph writes states back to that file. Keys are the ids of the document.
 * Throws `ConfigError`: `source.missing`, `source.no-specs`, `source.no-tasks-file`, `source.no-tasks`, `source.cycle`,
 * `source.encoding`, `source.unreadable`, `source.too-large`.
 */
export async function specKit(path: string, options: SpecKitOptions = {}): Promise<TaskGraph> {
  const feature = await findFeature(path);
  const read = (name: string) => readText(join(feature.folder, name), options.signal);
  const document = await readDocument(feature, options.signal);
  const tasks = planSpecKit(document, options);
  const [spec, plan] = await Promise.all([orNothing(read('spec.md')), orNothing(read('plan.md'))]);
  const context = featureContext({ spec, plan });
  const left = selectOpen(document, options.optional ?? false).diagnostics;
  const specFile = feature.file.replace(/[^/]*$/, 'spec.md');
  const uncovered = uncoveredRequirements(document, spec ?? '', specFile);
  return {
    tasks,
    diagnostics: [...document.diagnostics, ...left, ...uncovered],
    source: sourceOf(document),
    ...(document.title === undefined ? {} : { title: document.title }),
    ...(context === undefined ? {} : { context }),
  };
}

/**
 * What writes the states of tasks back to a Spec Kit feature, and nothing else of its graph: for a run that goes on, also
 * when every box is ticked by now. Takes the paths that `specKit` takes, and throws what it throws for files that cannot
 * be read.
 */
export async function specKitSource(
  path: string,
  options: Pick<SpecKitOptions, 'signal'> = {},
): Promise<TaskSource> {
  return sourceOf(await readDocument(await findFeature(path), options.signal));
}

async function readDocument(
  { tasks, file }: FeatureFolder,
  signal: AbortSignal | undefined,
): Promise<TaskDocument> {
  const document = readSpecKit(await readText(tasks, signal), file);
  refuseTooLarge(document);
  return document;
}

function sourceOf(document: TaskDocument): TaskSource {
  return {
    spec: 'task-source/1',
    files: [document.file],
    setStatus: (file, text, uid, status) => {
      if (file === document.file) return setStatus(document, text, uid, status);
      const message = `The tasks stand in ${document.file}, not in ${file}; nothing is set there.`;
      throw new OverseerError('source.stale', message);
    },
  };
}

async function readText(path: string, signal: AbortSignal | undefined): Promise<string> {
  signal?.throwIfAborted();
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path, signal === undefined ? {} : { signal });
  } catch (cause) {
    signal?.throwIfAborted();
    throw unreadable(path, cause);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw notUtf8(path, cause);
  }
}

async function orNothing(text: Promise<string>): Promise<string | undefined> {
  try {
    return await text;
  } catch (error) {
    if (error instanceof ConfigError) return undefined;
    throw error;
  }
}

function unreadable(path: string, cause: unknown): ConfigError {
  const message = `${path} cannot be read; check that it is there and that you may read it.`;
  return new ConfigError('source.unreadable', message, { cause });
}

function notUtf8(path: string, cause: unknown): ConfigError {
  const message = `${path} is not UTF-8, so that it could not be written back unchanged; save it as UTF-8.`;
  return new ConfigError('source.encoding', message, { cause });
}

function refuseTooLarge({ file, diagnostics }: TaskDocument): void {
  const over = diagnostics.find(({ code, severity }) => code === 'TG108' && severity === 'error');
  if (over === undefined) return;
  const message = `${file}:${over.at.line}: ${over.message} ${over.hint ?? ''} (TG108)`;
  throw new ConfigError('source.too-large', message);
}
