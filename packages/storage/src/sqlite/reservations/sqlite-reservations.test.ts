import { reservationsConformance } from '@overseer/core/testing';
import { afterAll, describe, it } from 'vitest';
import { temporaryFolder } from '../temporary-folder.fixture.ts';
import { sqliteReservations } from './sqlite-reservations.ts';

const { newPath } = temporaryFolder(afterAll);

describe('sqliteReservations', () => {
  const rules = reservationsConformance({ place: () => sqliteReservations(newPath()) });
  it.each(rules)('$name', { timeout: 60_000 }, ({ check }) => check());
});
