/** A command line as words, or why it cannot be one. */
export type CommandWords =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'refused'; readonly because: string };

const UNCLOSED = 'has a quote that is never closed';

/** What only a shell could do. */
const OPERATOR = /[|&;<>()`\n]/;
const EXPANSION = /^\$[A-Za-z_{(]/;

/**
 * Splits a command line at spaces, with '…', "…" and \ as in a POSIX shell. There is no shell: its operators, variables and
 * substitutions are refused unless they are quoted, and wildcards go to the program as they stand.
 */
export function splitCommand(line: string): CommandWords {
  const pieces: Piece[] = [];
  for (let at = 0; at < line.length; ) {
    const rest = line.slice(at);
    const piece = takePiece(rest);
    const problem = shellProblem(rest) ?? (piece === undefined ? UNCLOSED : undefined);
    if (piece === undefined || problem !== undefined) return refused(line, problem ?? UNCLOSED);
    pieces.push(piece);
    at += piece.length;
  }
  const words = joinPieces(pieces);
  if (words.length === 0) return refused(line, 'is empty');
  if (/^[A-Za-z_]\w*=/.test(words[0] ?? '')) {
    return refused(line, 'starts with a variable; name it in the option `env` of the check');
  }
  return { kind: 'words', words };
}

type Piece =
  | { readonly kind: 'gap'; readonly length: number }
  | { readonly kind: 'text'; readonly length: number; readonly text: string };

function joinPieces(pieces: readonly Piece[]): readonly string[] {
  const words: string[] = [];
  let open = false;
  for (const piece of pieces) {
    if (piece.kind === 'gap') open = false;
    else if (open) words.push((words.pop() ?? '') + piece.text);
    else open = words.push(piece.text) > 0;
  }
  return words;
}

function takePiece(rest: string): Piece | undefined {
  const gap = /^[ \t]+/.exec(rest);
  if (gap !== null) return { kind: 'gap', length: gap[0].length };
  const single = /^'([^']*)'/.exec(rest);
  if (single !== null) return { kind: 'text', length: single[0].length, text: single[1] ?? '' };
  const double = /^"((?:[^"\\]|\\[\s\S])*)"/.exec(rest);
  if (double !== null) {
    const text = (double[1] ?? '').replace(/\\(["\\$`])/g, '$1');
    return { kind: 'text', length: double[0].length, text };
  }
  if (/^['"]/.test(rest)) return undefined;
  const escaped = /^\\([\s\S])/.exec(rest);
  if (escaped !== null) return { kind: 'text', length: 2, text: escaped[1] ?? '' };
  return { kind: 'text', length: 1, text: rest[0] ?? '' };
}

function shellProblem(rest: string): string | undefined {
  const operator = OPERATOR.test(rest[0] ?? '');
  const quoted = /^"((?:[^"\\]|\\[\s\S])*)"/.exec(rest)?.[1]?.replace(/\\[\s\S]/g, '');
  const expansion = EXPANSION.test(rest) || /\$[A-Za-z_{(]|`/.test(quoted ?? '');
  if (!operator && !expansion) return undefined;
  const sign = expansion ? 'expands a variable or a command' : `uses ${JSON.stringify(rest[0])}`;
  return `${sign}, and there is no shell; put it in quotes, or in a script, or make two checks`;
}

function refused(line: string, because: string): CommandWords {
  return { kind: 'refused', because: `The command ${JSON.stringify(line)} ${because}.` };
}
