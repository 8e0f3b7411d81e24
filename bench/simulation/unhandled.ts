/** Collects rejections that nobody handled while the work goes on, in place of whoever else listens. */
export async function withoutUnhandled<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly unhandled: readonly string[] }> {
  const unhandled: string[] = [];
  const onRejection = (reason: unknown): void => {
    unhandled.push(`an unhandled rejection: ${String(reason)}`);
  };
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', onRejection);
  try {
    const value = await work();
    await new Promise((resolve) => setImmediate(resolve));
    return { value, unhandled };
  } finally {
    process.off('unhandledRejection', onRejection);
    for (const other of others) process.on('unhandledRejection', other);
  }
}
