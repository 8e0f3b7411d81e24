/** Characters of what an error says. */
const MOST_TEXT = 200;

/** Reads a gauge: a part from 0 to 1, or why it is none, in words. Never throws. */
export function readGauge(sampler: () => unknown): number | { readonly because: string } {
  let reading: unknown;
  try {
    reading = sampler();
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    return { because: `what reads it threw: ${text.slice(0, MOST_TEXT)}` };
  }
  if (reading instanceof Promise) {
    // Nobody waits for it, and its failure must not end the process.
    reading.catch(() => undefined);
    return { because: 'what reads it gave a promise; let it give the latest number at once' };
  }
  if (typeof reading !== 'number' || Number.isNaN(reading)) {
    return { because: `what reads it gave ${shown(reading)}; let it give a number from 0 to 1` };
  }
  if (reading >= 0 && reading <= 1) return reading;
  return { because: `what reads it gave ${reading}; a reading is a part, from 0 to 1` };
}

function shown(reading: unknown): string {
  return typeof reading === 'string'
    ? `the text ${JSON.stringify(reading.slice(0, 40))}`
    : String(reading);
}
