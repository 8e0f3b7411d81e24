/** What an engine may need to find its libraries, its graphics card and a place for temporary files. */
const NAMES =
  /^(?:PATH|HOME|TMPDIR|TEMP|TMP|LANG|LC_ALL|LD_LIBRARY_PATH|DYLD_LIBRARY_PATH|SYSTEMROOT|WINDIR|COMSPEC|PATHEXT|APPDATA|LOCALAPPDATA|USERPROFILE|(?:GGML|LLAMA|CUDA|NVIDIA|HIP|ROCR|ROCM|VK|MESA|OMP|ORT|HSA)_\w+)$/i;

/** The part of an environment that an engine is started with: no key of a provider is among it. */
export function engineEnvironment(
  own: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> {
  const kept = Object.entries(own).flatMap(([name, value]) =>
    value !== undefined && NAMES.test(name) ? [[name, value] as const] : [],
  );
  return Object.fromEntries(kept);
}
