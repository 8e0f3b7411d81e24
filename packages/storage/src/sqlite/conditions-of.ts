/**
 * Of the host's own flags (preloaded modules, `--input-type`) those by which imports are resolved: this thread must find
 * the modules that the host found.
 */
export function conditionsOf(flags: readonly string[]): readonly string[] {
  return flags.flatMap((flag, index) => {
    if (/^(--conditions|-C)=/.test(flag)) return [flag];
    const value = flags[index + 1];
    return /^(--conditions|-C)$/.test(flag) && value !== undefined ? [`--conditions=${value}`] : [];
  });
}
