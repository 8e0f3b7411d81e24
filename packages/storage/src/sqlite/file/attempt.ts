/** For what is worth trying and must not hide what went wrong before. */
export function attempt(work: () => void): void {
  try {
    work();
  } catch {
    // The failure that matters was reported already.
  }
}
