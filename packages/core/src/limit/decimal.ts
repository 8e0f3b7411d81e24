/**
 * Ten to the power of `places` times a decimal number as text, rounded once: `scaleDecimal('1.005', 6)` is 1005000,
 * where multiplying would give 1004999.9999999999. NaN for text that is no number.
 */
export function scaleDecimal(text: string, places: number): number {
  const [mantissa = '', exponent = '0'] = text.toLowerCase().split('e');
  return Number(`${mantissa}e${Number(exponent) + places}`);
}

/** Whole micro-dollars in an amount of US dollars, to the nearest. */
export function microUsdOf(usd: number): number {
  return Math.round(scaleDecimal(String(usd), 6));
}
