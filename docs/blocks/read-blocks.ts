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
}

/** The fenced code blocks of a document in order (CommonMark 0.31, 4.5: backticks or tildes, three or more). */
export function readBlocks(document: string, markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let open: { readonly fence: string; readonly line: number; readonly info: string } | undefined;
  let inside: string[] = [];
  for (const [at, line] of markdown.split('\n').entries()) {
    if (open === undefined) {
      const [, fence, info = ''] = /^ {0,3}(`{3,}|~{3,})\s*([^`]*)$/.exec(line) ?? [];
      if (fence === undefined) continue;
      open = { fence, line: at + 1, info };
      inside = [];
    } else if (closes(line, open.fence)) {
      const [language = '', name] = open.info.trim().split(/\s+/);
      blocks.push({ document, line: open.line, language, name, text: inside.join('\n') });
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
