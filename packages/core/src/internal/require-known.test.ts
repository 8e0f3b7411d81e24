import { expect, it } from 'vitest';
import { requireKnown } from './require-known.ts';

it('X5: a name that is unknown is refused with its place, its code and the nearest that there is', () => {
  const names = ['search', 'fetch'];
  expect(() => requireKnown('tool in a grant', 'fetch', names, 'config.x')).not.toThrow();
  expect(() => requireKnown('tool in a grant', 'serch', names, 'config.x')).toThrow(
    expect.objectContaining({
      code: 'config.x',
      message: 'Unknown tool in a grant: "serch"; did you mean "search"? (known: fetch, search).',
    }),
  );
  expect(() => requireKnown('role', 'coder', [], 'config.x')).toThrow(
    'Unknown role: "coder"; there is none.',
  );
});
