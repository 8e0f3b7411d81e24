/** One JSON line on the standard output, as collectors of logs read them; errors in words, without what they carry. */
export function tell(what: object): void {
  const line = JSON.stringify({ at: new Date().toISOString(), ...what }, (_key, value: unknown) =>
    value instanceof Error ? value.message : value,
  );
  process.stdout.write(`${line}\n`);
}

/** Aborts at SIGTERM, as containers are stopped, and at Ctrl-C; a second one kills. */
export function untilTold(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => controller.abort());
  }
  return controller.signal;
}
