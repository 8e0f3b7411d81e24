import type { MockReply, MockRequest } from '@overseer/adapters/mock-llm';
import { askedTask } from './asked-task.ts';

/** A file as a review request shows it. */
interface ShownFile {
  readonly path: string;
  readonly content: string;
}

/** Judges the files that a review request shows, by the kit's own rules, and answers in the JSON that it asks for. */
export function reviewChange(request: MockRequest): MockReply {
  const files = shownFiles(askedTask(request).prompt);
  const findings = files.flatMap((file) => findingsIn(file));
  const verdict = findings.length === 0 ? 'pass' : 'fail';
  const score = findings.length === 0 ? 0.95 : Number((0.4 / findings.length).toFixed(2));
  return { text: JSON.stringify({ verdict, findings, score }) };
}

function shownFiles(prompt: string): readonly ShownFile[] {
  const blocks = prompt.matchAll(
    /^<overseer-data of="(?:the start of )?file (.+?)">\n([\s\S]*?)\n<\/overseer-data>$/gm,
  );
  return [...blocks].map(([, path = '', content = '']) => ({ path, content }));
}

function findingsIn(file: ShownFile): readonly string[] {
  if (file.path.startsWith('src/')) return [...undocumented(file), ...linesWith(file, forbidden)];
  if (file.path.startsWith('test/')) return linesWith(file, skipped);
  return file.path.endsWith('.md') && !file.content.startsWith('# ')
    ? [`${file.path}:1: a document starts with its title.`]
    : [];
}

function undocumented({ path, content }: ShownFile): readonly string[] {
  const lines = content.split('\n');
  return lines.flatMap((line, index) => {
    const name = /^export (?:async )?(?:function|const|class|interface) (\w+)/.exec(line)?.[1];
    if (name === undefined || lines[index - 1]?.trimEnd().endsWith('*/') === true) return [];
    return [`${path}:${index + 1}: ${name} is exported and has no doc comment.`];
  });
}

type LineRule = readonly [RegExp, string];

const forbidden: readonly LineRule[] = [
  [/[:<,|]\s*any\b|\bas any\b/, 'the type any hides mistakes; say what it may be.'],
  [/@ts-(ignore|expect-error|nocheck)/, 'the type checker is silenced.'],
  [/\b(TODO|FIXME)\b/, 'something is left undone.'],
  [/\bconsole\./, 'a library does not print.'],
];

const skipped: readonly LineRule[] = [[/\b(test|it)\.(skip|only|todo)\b/, 'a test is left out.']];

function linesWith({ path, content }: ShownFile, rules: readonly LineRule[]): readonly string[] {
  return content.split('\n').flatMap((line, index) => {
    if (/^\s*(\/?\*|\/\/)/.test(line)) return [];
    return rules
      .filter(([pattern]) => pattern.test(line))
      .map(([, what]) => `${path}:${index + 1}: ${what}`);
  });
}
