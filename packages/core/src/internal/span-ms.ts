/** A span of time: ms, or days or hours in words, such as `90d` or `12h`. */
export type Span = number | `${number}d` | `${number}h`;

const UNITS = { d: 86_400_000, h: 3_600_000 } as const;

/** How a span reads that is written in words; what does not read so is none. */
export const SPAN: RegExp = /^\d+(\.\d+)?[dh]$/;

/** A span in ms. Pure. */
export function spanMs(span: Span): number {
  if (typeof span === 'number') return span;
  return Number.parseFloat(span) * UNITS[span.endsWith('d') ? 'd' : 'h'];
}
