export { seeded } from '../../packages/core/src/internal/seeded.ts';

/** A source of chance: each call gives the next number, at least 0 and less than 1. */
export type Random = () => number;

/** Text of `length` characters that compresses about as badly as its alphabet of 64 allows. */
export function randomText(random: Random, length: number): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 .';
  return Array.from({ length }, () => alphabet[Math.floor(random() * 64)]).join('');
}
