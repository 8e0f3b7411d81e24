import { nearest } from './nearest.ts';

/**
 * The name of a model that is nearest to one that a server does not have: by its letters, or as the whole name of which that is
 * a part, as `qwen3` is of `qwen/qwen3-8b`. A tag `:latest` says nothing, as in Ollama.
 */
export function nearestModel(asked: string, names: readonly string[]): string | undefined {
  const bare = new Map(names.map((name) => [name.replace(/:latest$/, ''), name]));
  const near = nearest(asked.replace(/:latest$/, ''), [...bare.keys()]);
  return near === undefined ? longerName(asked, names) : bare.get(near);
}

/** The shortest that begins so, at its front or behind the name of its maker, or is written without it. */
function longerName(asked: string, names: readonly string[]): string | undefined {
  const start = asked.toLowerCase();
  if (start.length < 3) return undefined;
  const fits = names.filter((name) => {
    const whole = name.toLowerCase();
    const own = whole.slice(whole.lastIndexOf('/') + 1);
    return whole.startsWith(start) || own.startsWith(start) || start.endsWith(`/${whole}`);
  });
  return fits.reduce<string | undefined>(
    (best, name) => (best === undefined || name.length < best.length ? name : best),
    undefined,
  );
}
