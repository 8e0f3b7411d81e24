import type { Finding } from '@overseer/core/spec';
import { relativeFile } from './relative-file.ts';

/** What the message of a test file says that could not even be loaded. */
const LOAD_FAILURE = /^'?test failed'?$/;

/** More failing tests than this help nobody. */
const FINDING_LIMIT = 30;

/** Longer descriptions of one failure are cut. */
const YAML_LIMIT = 200;

/** Finds the failing tests in what `node --test` prints, in its `spec` or `tap` form. */
export function parseNodeTests(output: string, workspace: string): readonly Finding[] {
  const spec = output.lastIndexOf('failing tests:');
  const found = spec >= 0 ? fromSpec(output.slice(spec), workspace) : fromTap(output, workspace);
  return found.slice(0, FINDING_LIMIT).map((one) => {
    return { ...one, message: explain(one.message, output) };
  });
}

/** `test at file:line:column`, then the name, then the error, indented, then its stack. */
function fromSpec(text: string, workspace: string): readonly Finding[] {
  return text
    .split(/^test at /m)
    .slice(1)
    .flatMap((block) => {
      const [place = '', title = '', ...rest] = block.split(/\r?\n/);
      const name = /^✖ (.*?)(?: \([\d.]+ms\))?$/u.exec(title)?.[1];
      const stack = rest.findIndex((line) => /^\s+at /.test(line));
      const error = rest.slice(0, stack < 0 ? rest.length : stack);
      return name === undefined ? [] : [finding(name, error, place, workspace)];
    });
}

/** `not ok n - name`, then a YAML block with `location` and `error`; suites that fail only for their tests are left out. */
function fromTap(output: string, workspace: string): readonly Finding[] {
  const lines = output.split(/\r?\n/);
  return lines.flatMap((line, index) => {
    const [, indent, name] = /^( *)not ok \d+ - (.*)$/.exec(line) ?? [];
    if (indent === undefined || name === undefined) return [];
    const yaml = yamlAfter(lines, index + 1, `${indent}  `);
    if (yaml.includes("failureType: 'subtestsFailed'")) return [];
    const place = yamlValue(yaml, 'location')[0] ?? '';
    return [finding(name, yamlValue(yaml, 'error'), place, workspace)];
  });
}

/** The lines between `---` and `...`, without their indent. */
function yamlAfter(lines: readonly string[], start: number, indent: string): readonly string[] {
  if (lines[start] !== `${indent}---`) return [];
  const block: string[] = [];
  for (const line of lines.slice(start + 1, start + 1 + YAML_LIMIT)) {
    if (line === `${indent}...`) break;
    block.push(line.slice(indent.length));
  }
  return block;
}

/** A plain, quoted or block value of a key. */
function yamlValue(yaml: readonly string[], key: string): readonly string[] {
  const at = yaml.findIndex((line) => line.startsWith(`${key}: `));
  const value = yaml[at]?.slice(key.length + 2) ?? '';
  if (!value.startsWith('|')) return [value.replace(/^'(.*)'$/, '$1')];
  const below = yaml.slice(at + 1);
  const end = below.findIndex((line) => /^\S/.test(line));
  return below.slice(0, end < 0 ? below.length : end);
}

function finding(
  name: string,
  error: readonly string[],
  place: string,
  workspace: string,
): Finding {
  const words = error
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .slice(0, 12)
    .join('\n');
  const [, file, line, column] = /^(.*):(\d+):(\d+)$/.exec(place) ?? [];
  const message = words === '' ? `${name} failed` : `${name}: ${words}`;
  if (file === undefined) return { message, code: 'test' };
  const at = { line: Number(line), column: Number(column) };
  return { message, file: relativeFile(file, workspace), ...at, code: 'test' };
}

/** A file that failed as a whole printed its reason above. */
function explain(message: string, output: string): string {
  const [, name, words] = /^([\s\S]*?): ([\s\S]*)$/.exec(message) ?? [];
  if (name === undefined || !LOAD_FAILURE.test(words ?? '')) return message;
  const reason = /^(?:# )?(\w*Error\b.*: .*)$/m.exec(output)?.[1];
  return reason === undefined ? message : `${name}: ${reason}`;
}
