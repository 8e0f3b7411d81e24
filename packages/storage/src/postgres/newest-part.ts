import { MIGRATIONS } from './schema.ts';

/** A table and a column of it. */
export type SchemaPart = readonly [table: string, column: string];

/**
 * What the last change of a schema brings: whatever has it is of that version, whatever it says of itself. Throws an error where it
 * brings no column, for then nothing but its own word would tell the two versions apart.
 */
export function newestPart(migrations: readonly string[] = MIGRATIONS): SchemaPart {
  const sql = migrations.at(-1) ?? '';
  for (const brings of BRINGS) {
    const [, table, column] = brings.exec(sql) ?? [];
    if (table !== undefined && column !== undefined) return [table, column];
  }
  throw new Error('The last change of the schema brings no column: let it add one to a table.');
}

const BRINGS: readonly RegExp[] = [
  /\bALTER TABLE (\w+)\s+ADD COLUMN (\w+)/,
  /\bCREATE TABLE (\w+)\s*\(\s*(\w+)/,
];
