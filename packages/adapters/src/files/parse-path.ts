import { isReserved } from './reserved-name.ts';

/** A path that may be looked up, or why it may not. `text` is the normal form, `''` for the workspace itself. */
export type ParsedPath =
  | { readonly kind: 'path'; readonly segments: readonly string[]; readonly text: string }
  | { readonly kind: 'refused'; readonly because: string };

const LONGEST_PATH = 1_024;
const LONGEST_NAME_BYTES = 255;
const DEEPEST = 64;
const WINDOWS_DEVICE = /^(con|prn|aux|nul|com\d|lpt\d)(\..*)?$/i;

/** Reads a path as a model writes it: relative to the workspace, with `/`. Nothing is decoded or expanded; a wrong path is refused, never mended. */
export function parsePath(path: string, platform: NodeJS.Platform = process.platform): ParsedPath {
  const wrong = wholePathProblem(path);
  if (wrong !== undefined) return refused(path, wrong);
  const segments = path.split('/').filter((segment) => segment !== '' && segment !== '.');
  if (segments.length > DEEPEST) return refused(path, `is more than ${DEEPEST} folders deep`);
  for (const segment of segments) {
    const problem = segmentProblem(segment, platform);
    if (problem !== undefined) return refused(path, problem);
  }
  return { kind: 'path', segments, text: segments.join('/') };
}

function wholePathProblem(path: string): string | undefined {
  if (path.length > LONGEST_PATH) return `is longer than ${LONGEST_PATH} characters`;
  if (path.includes('\0')) return 'holds a NUL character';
  if (!path.isWellFormed()) return 'holds half a character (a lone surrogate)';
  if (/\p{Cc}/u.test(path)) return 'holds a control character';
  if (path.includes('\\')) return 'holds a backslash; separate folders by /';
  if (/^(\/|(\.?\/)*[A-Za-z]:)/.test(path)) {
    return 'is absolute; give it relative to the workspace';
  }
  return undefined;
}

function segmentProblem(segment: string, platform: NodeJS.Platform): string | undefined {
  if (segment === '..') return 'holds ".."; give it from the top of the workspace';
  if (Buffer.byteLength(segment) > LONGEST_NAME_BYTES) return 'holds a name longer than 255 bytes';
  if (isReserved(segment)) return `leads into ${JSON.stringify(segment)}, which is not for tools`;
  if (platform !== 'win32') return undefined;
  if (/[<>:"|?*]/.test(segment)) return 'holds a character that Windows does not allow in names';
  if (/[. ]$/.test(segment)) return 'holds a name that ends in a dot or a space';
  return WINDOWS_DEVICE.test(segment) ? 'names a Windows device' : undefined;
}

function refused(path: string, because: string): ParsedPath {
  const shown = path.length > 80 ? `${path.slice(0, 80)}…` : path;
  return { kind: 'refused', because: `The path ${JSON.stringify(shown)} ${because}.` };
}
