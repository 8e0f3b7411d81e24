import { hash } from 'node:crypto';

/** The number that stands for something in PostgreSQL's advisory locks, as text: 64 bits of its SHA-256. */
export function advisoryKey(kind: string, schema: string, name = ''): string {
  const digest = hash('sha256', `overseer ${kind}\0${schema}\0${name}`, 'buffer');
  return digest.readBigInt64BE(0).toString();
}
