import { expect, it } from 'vitest';
import type { ModelConnection, ModelReadiness, ModelWork } from '../spec/model-status.ts';
import { readinessOf } from './readiness-of.ts';

type Code = string | undefined;
const CONNECTIONS: readonly (readonly [ModelConnection, Code])[] = [
  ['connected', undefined],
  ['connecting', 'first'],
  ['disconnected', 'not-asked'],
  ['connecting', 'loading'],
  ['connecting', 'again'],
  ['disconnected', 'network'],
];

/** By what it is at, in the order of `CONNECTIONS`. */
const TABLE: readonly [ModelWork, Code, ...ModelReadiness[]][] = [
  ['idle', undefined, 'ready', 'ready', 'ready', 'busy', 'down', 'down'],
  ['idle', 'not-loaded', 'cold', 'cold', 'cold', 'busy', 'down', 'down'],
  ['ready', undefined, 'ready', 'ready', 'ready', 'busy', 'down', 'down'],
  ['ready', 'not-loaded', 'cold', 'cold', 'cold', 'busy', 'down', 'down'],
  ['waiting', 'limit', 'busy', 'busy', 'busy', 'busy', 'down', 'down'],
  ['waiting', 'rate-limit', 'busy', 'busy', 'busy', 'busy', 'down', 'down'],
  ['processing', undefined, 'ready', 'ready', 'ready', 'busy', 'down', 'down'],
  ['processing', 'limit', 'busy', 'busy', 'busy', 'busy', 'down', 'down'],
  ['validating', undefined, 'ready', 'ready', 'ready', 'busy', 'down', 'down'],
  ['validating', 'limit', 'busy', 'busy', 'busy', 'busy', 'down', 'down'],
  ['error', 'auth', 'down', 'down', 'down', 'down', 'down', 'down'],
];

it.each(TABLE)('M2: at %s (%s) it could take a call as the table says', (state, code, ...row) => {
  const found = CONNECTIONS.map(([connection, of]) =>
    readinessOf({ state: connection, code: of }, { state, code }),
  );
  expect(found).toEqual(row);
});
