import type { Finding } from '@overseer/core/spec';
import { relativeFile } from './relative-file.ts';

const LOCATED = /^(.+?)\((\d+),(\d+)\): (?:error|warning) (TS\d+): (.*)$/;
const GLOBAL = /^(?:error|warning) (TS\d+): (.*)$/;

/** Reads what the TypeScript compiler prints with `--pretty false`: `file(line,column): error TSnnnn: text`, further lines indented. */
export function parseTscOutput(output: string, workspace: string): readonly Finding[] {
  const findings: Finding[] = [];
  for (const line of output.split(/\r?\n/)) {
    const next = located(line, workspace) ?? global(line);
    const last = findings.at(-1);
    if (next !== undefined) findings.push(next);
    else if (last !== undefined && /^\s+\S/.test(line)) {
      findings[findings.length - 1] = { ...last, message: `${last.message}\n${line}` };
    }
  }
  return findings;
}

function located(line: string, workspace: string): Finding | undefined {
  const [, file, row, column, code, message] = LOCATED.exec(line) ?? [];
  if (file === undefined || code === undefined || message === undefined) return undefined;
  const at = { line: Number(row), column: Number(column) };
  return { message, file: relativeFile(file, workspace), ...at, code };
}

function global(line: string): Finding | undefined {
  const [, code, message] = GLOBAL.exec(line) ?? [];
  return code === undefined || message === undefined ? undefined : { message, code };
}
