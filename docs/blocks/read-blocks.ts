import { expectedLines } from './expected.ts';

/** One fenced code block of a Markdown document. */
export interface Block {
  /** The document, relative to the repository. */
  readonly document: string;
  /** The line of the block's first fence. */
  readonly line: number;
  /** The first word behind the fence; empty where there is none. */
  readonly language: string;
  /** The second word: the file that the block is, so that later blocks of the document can import it. */
  readonly name: string | undefined;
  readonly text: string;
  /** What it prints, as comments in it say (`// → …`, `# → …`) or one in front of it (`<!-- → … -->`), in order. */
  readonly prints: readonly string[];
}

/** The fenced code blocks of a document in order (CommonMark 0.31, 4.5: backticks or tildes, three or more). */
export function readBlocks(document: string, markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  const lines = markdown.split('\n');
  let open: { readonly fence: string; readonly line: number; readonly info: string } | undefined;
  let inside: string[] = [];
  for (const [at, line] of lines.entries()) {
    if (open === undefined) {
      const [, fence, info = ''] = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/.exec(line) ?? [];
      if (fence === undefined) continue;
      open = { fence, line: at + 1, info };
      inside = [];
    } else if (closes(line, open.fence)) {
      const [language = '', name] = open.info.trim().split(/\s+/);
      const text = inside.join('\n');
      const prints = [...expectedLines(lines[open.line - 2] ?? ''), ...expectedLines(text)];
      blocks.push({ document, line: open.line, language, name, text, prints });
      open = undefined;
    } else {
      inside.push(line);
    }
  }
  if (open !== undefined) throw new Error(`${document}:${open.line}: this block has no end.`);
  return blocks;
}

function closes(line: string, fence: string): boolean {
  const text = line.trim();
  return text.length >= fence.length && text === (fence[0] ?? '').repeat(text.length);
}
