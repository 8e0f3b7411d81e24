import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The shim, ready to be preloaded, or why it cannot be had on this machine. */
export type CompiledShim =
  | { readonly kind: 'ready'; readonly path: string }
  | { readonly kind: 'missing'; readonly because: string };

/** Compiles the shim into a folder, by `cc`. */
export async function compileShim(folder: string): Promise<CompiledShim> {
  if (process.platform !== 'linux') {
    return {
      kind: 'missing',
      because: `it preloads a library, for Linux, and this is ${process.platform}`,
    };
  }
  const source = fileURLToPath(new URL('./shim.c', import.meta.url));
  const path = join(folder, 'shim.so');
  try {
    await promisify(execFile)('cc', [
      '-shared',
      '-fPIC',
      '-O2',
      '-o',
      path,
      source,
      '-ldl',
      '-lpthread',
    ]);
    return { kind: 'ready', path };
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    return {
      kind: 'missing',
      because: `it needs a C compiler and "cc" did not compile its library (${said.slice(0, 300).trim()}); install gcc or clang`,
    };
  }
}
