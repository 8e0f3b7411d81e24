/** The signal that a caller of `fetch` gave, itself: one that only follows it may be collected before it fires. */
export function signalOf(
  input: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
): AbortSignal | undefined {
  return init?.signal ?? (input instanceof Request ? input.signal : undefined);
}
