/** The texts that a feature has beside its tasks; `undefined` where a file is missing. */
export interface FeatureTexts {
  readonly spec: string | undefined;
  readonly plan: string | undefined;
}

/** What a prompt may carry of a feature, in UTF-16 code units. */
const longestContext: number = 6_000;
const longestPart = 1_800;

/**
 * What every task of a feature should know, in Markdown: its title, summary, technical context and requirements, at
 * most 6,000 characters; `undefined` when there is nothing. Pure.
 */
export function featureContext({ spec = '', plan = '' }: FeatureTexts): string | undefined {
  const specParts = partsOf(spec);
  const planParts = partsOf(plan);
  const title = titleOf(spec) ?? titleOf(plan);
  const summary = part(planParts, /^summary\b/i) ?? inputOf(spec);
  const sections = [
    title === undefined ? undefined : `# ${title}`,
    section('Summary', summary),
    section('Technical context', part(planParts, /^technical context\b/i)),
    section('Requirements', requirementsOf(specParts)),
  ].filter((text) => text !== undefined);
  if (sections.length === 0) return undefined;
  return clip(sections.join('\n\n'), longestContext);
}

interface Part {
  readonly level: number;
  readonly title: string;
  readonly text: string;
}

/** Headings with the text below each, comments left out. */
function partsOf(markdown: string): readonly Part[] {
  const parts: { level: number; title: string; lines: string[] }[] = [];
  for (const line of linesOf(markdown)) {
    const match = /^(#{1,6})\s+(\S.{0,300})$/.exec(line);
    if (match === null) parts.at(-1)?.lines.push(line);
    else parts.push({ level: match[1]?.length ?? 1, title: match[2] ?? '', lines: [] });
  }
  return parts.map(({ level, title, lines }) => ({ level, title, text: tidy(lines) }));
}

function linesOf(markdown: string): readonly string[] {
  return markdown
    .slice(0, 400_000)
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/);
}

function tidy(lines: readonly string[]): string {
  const text = lines.join('\n').slice(0, 40_000);
  return withoutComments(text)
    .replace(/\n{3,}/g, '\n\n')
    .replace(/(?:^|\n)-{3,}\s*$/, '')
    .trim();
}

function withoutComments(text: string): string {
  let kept = '';
  let at = 0;
  for (let start = text.indexOf('<!--'); start !== -1; start = text.indexOf('<!--', at)) {
    const end = text.indexOf('-->', start);
    if (end === -1) break;
    kept += text.slice(at, start);
    at = end + 3;
  }
  return kept + text.slice(at);
}

function part(parts: readonly Part[], title: RegExp): string | undefined {
  return parts.find((one) => title.test(one.title) && one.text !== '')?.text;
}

function titleOf(markdown: string): string | undefined {
  const line = linesOf(markdown).find((text) => /^#\s+\S/.test(text));
  const title = line
    ?.replace(/^#\s+/, '')
    .replace(/^(?:feature specification|implementation plan|feature|spec)\s*:\s*/i, '')
    .trim();
  return title === '' ? undefined : title?.slice(0, 200);
}

/** The words of the user that the feature came from. */
function inputOf(spec: string): string | undefined {
  const line = linesOf(spec).find((text) => /^\*\*Input\*\*\s*:/.test(text));
  return line?.replace(/^\*\*Input\*\*\s*:\s*/, '').trim();
}

/** Numbered requirements, else all that stands below that heading. */
function requirementsOf(parts: readonly Part[]): string | undefined {
  const all = parts.flatMap(({ text }) => text.split('\n'));
  const numbered = all.filter((line) => /^\s*[-*]\s+\*{0,2}(?:FR|NFR|SC)-\d/.test(line));
  if (numbered.length > 0) return numbered.map((line) => line.trim()).join('\n');
  return part(parts, /^(?:functional )?requirements\b/i);
}

function section(title: string, text: string | undefined): string | undefined {
  if (text === undefined || text === '') return undefined;
  return `## ${title}\n${title === 'Requirements' ? text : clip(text, longestPart)}`;
}

/** Cuts at the end of a line where one is near. */
function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const cut = text.slice(0, most - 2);
  const end = cut.lastIndexOf('\n');
  return `${(end > most * 0.8 ? cut.slice(0, end) : cut).trimEnd()}\n…`;
}
