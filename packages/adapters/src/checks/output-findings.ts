import { stripVTControlCharacters } from 'node:util';
import type { Finding } from '@overseer/core/spec';
import { parseNodeTests } from './node-test-output.ts';
import { relativeFile } from './relative-file.ts';
import { parseTscOutput } from './tsc-diagnostics.ts';

const FINDING_LIMIT = 20;
const LAST_LINES = 40;
const LAST_CHARACTERS = 4_000;

/** `file:line:column: text`, as compilers and linters print it. */
const DIAGNOSTIC = /^\s*([\w@.][^\s:()]*\.\w+):(\d+):(\d+)(?::| -)\s+(.+)$/;

/** Makes findings of what a failed command printed: failing tests, else diagnostics with a place, else its last lines. */
export function outputFindings(output: string, workspace: string): readonly Finding[] {
  const plain = stripVTControlCharacters(output);
  const tests = parseNodeTests(plain, workspace);
  const found = tests.length > 0 ? tests : diagnostics(plain, workspace);
  if (found.length > 0) return found.slice(0, FINDING_LIMIT);
  const last = lastLines(plain);
  return last === '' ? [] : [{ message: last }];
}

/** The end of an output, for a person or a model to read. */
export function lastLines(output: string): string {
  const lines = stripVTControlCharacters(output).trimEnd().split(/\r?\n/);
  return lines.slice(-LAST_LINES).join('\n').slice(-LAST_CHARACTERS);
}

function diagnostics(output: string, workspace: string): readonly Finding[] {
  const lines = output.split(/\r?\n/);
  const colons = lines.flatMap((line): readonly Finding[] => {
    const [, file, row, column, message] = DIAGNOSTIC.exec(line) ?? [];
    if (file === undefined || message === undefined) return [];
    const at = { line: Number(row), column: Number(column) };
    return [{ message, file: relativeFile(file, workspace), ...at }];
  });
  return [...parseTscOutput(output, workspace), ...colons].filter(
    ({ line, column }) => line !== 0 && column !== 0,
  );
}
