import { hash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Graded } from './protocol.ts';

/** One question of the data. */
export interface Row extends Graded {
  readonly prompt: string;
  /** What the question is about, which a host would tell as the kind of the task; `question` where the data does not say. */
  readonly kind: string;
  /** The answers themselves, where the data has them. */
  readonly weakResponse: string | undefined;
  readonly strongResponse: string | undefined;
}

/** The files of `--data`: one file, or those of a folder. Throws `Error` where there are none. */
export function dataFiles(path: string | undefined): readonly string[] {
  const folder = process.env['OVERSEER_DATA'];
  const given = path ?? (folder === undefined ? undefined : join(folder, 'routing'));
  if (given === undefined || !existsSync(given)) {
    throw new Error(
      `There is no data${given === undefined ? '' : ` at ${given}`}: name a file or folder with --data, or set OVERSEER_DATA to a folder that has routing/.`,
    );
  }
  if (!statSync(given).isDirectory()) return [given];
  const files = readdirSync(given).filter((name) => /\.jsonl(?:\.gz)?$/.test(name));
  if (files.length > 0) return files.sort().map((name) => join(given, name));
  throw new Error(`The folder ${given} has no .jsonl or .jsonl.gz file.`);
}

/** Reads one JSON object a line, packed or not. Throws `Error` naming the line that is wrong. */
export function readRows(file: string): readonly Row[] {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .flatMap((line, at) =>
      line.trim() === '' ? [] : [rowOf(line, `${basename(file)}:${at + 1}`)],
    );
}

/** The data's name, from its file's: `mmlu` or `gsm8k` where it says so. */
export function nameOf(file: string): string {
  const stem = basename(file).replace(/\.jsonl(?:\.gz)?$/, '');
  return ['mmlu', 'gsm8k'].find((name) => stem.toLowerCase().includes(name)) ?? stem;
}

/** Parts rows by the hash of their prompt and a seed, so that everybody's parts are the same: `labels` to learn from, the rest to test on. */
export function split(
  rows: readonly Row[],
  labels: number,
  seed: number,
): { readonly train: readonly Row[]; readonly test: readonly Row[] } {
  const ordered = rows
    .map((row) => ({ row, key: hash('sha256', `${seed}\n${row.prompt}`, 'hex') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
  return { train: ordered.slice(0, labels), test: ordered.slice(labels) };
}

/** The same, but no kind of question is in both parts: what was learned meets only kinds that it never saw. */
export function splitByKind(
  rows: readonly Row[],
  labels: number,
  seed: number,
): { readonly train: readonly Row[]; readonly test: readonly Row[] } {
  const kinds = [...new Set(rows.map(({ kind }) => kind))]
    .map((kind) => ({ kind, key: hash('sha256', `${seed}\n${kind}`, 'hex') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const seen = new Set(kinds.slice(0, Math.floor(kinds.length / 2)).map(({ kind }) => kind));
  const known = rows.filter(({ kind }) => seen.has(kind));
  const test = rows.filter(({ kind }) => !seen.has(kind));
  return { train: split(known, labels, seed).train, test };
}

function rowOf(line: string, where: string): Row {
  const row: unknown = JSON.parse(line);
  if (typeof row !== 'object' || row === null) throw new Error(`${where} is no object.`);
  const { prompt, strong, weak, subject, weak_response, strong_response } = row as Record<
    string,
    unknown
  >;
  if (typeof prompt !== 'string' || typeof strong !== 'boolean' || typeof weak !== 'boolean') {
    throw new Error(`${where} needs prompt, strong and weak.`);
  }
  return {
    prompt,
    strong,
    weak,
    kind: typeof subject === 'string' ? subject : 'question',
    weakResponse: typeof weak_response === 'string' ? weak_response : undefined,
    strongResponse: typeof strong_response === 'string' ? strong_response : undefined,
  };
}
