import { ModelError } from '@overseer/core/plugin';

/** An engine's package, as an optional dependency. */
export interface EnginePackage {
  /** As npm knows it. */
  readonly name: string;
  readonly version: string;
}

/** What `load` imports. Throws `ModelError` `unsupported` with the command that installs the package, where it is not there. */
export async function loadPackage<T>(wanted: EnginePackage, load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    const code = (cause as { readonly code?: unknown }).code;
    if (code !== 'ERR_MODULE_NOT_FOUND' && code !== 'MODULE_NOT_FOUND') throw cause;
    throw notInstalled(wanted, cause);
  }
}

function notInstalled({ name, version }: EnginePackage, cause: unknown): ModelError {
  const what = `the package ${name} is not installed; run: npm install ${name}@${version}`;
  return new ModelError('unsupported', what, { cause });
}
