import { isAbsolute, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A file as a tool names it (absolute, `file:` URL or relative), as a path relative to the workspace where it lies in it. */
export function relativeFile(file: string, workspace: string): string {
  const path = file.startsWith('file://') ? fromUrl(file) : file;
  const inside = isAbsolute(path) ? relative(workspace, path) : path;
  const chosen = inside.startsWith('..') || isAbsolute(inside) ? path : inside;
  return chosen.split(sep).join('/').replace(/^\.\//, '');
}

function fromUrl(url: string): string {
  try {
    return fileURLToPath(url);
  } catch {
    return url;
  }
}
