import { expect, it } from 'vitest';
import { createToolLimits } from './create-tool-limits.ts';
import { toolThat } from './tool-calls.fixture.ts';

it('T5 X5: a limit of one run is refused, since nobody knows the id of a run before it begins', () => {
  const registered = { tools: { search: toolThat(async () => 'x') }, models: {}, roles: {} };
  const limits = ['1 call / 1d'] as const;
  const make = (of: string | undefined) => () =>
    createToolLimits(
      [{ tool: 'search', per: 'run', limits, ...(of === undefined ? {} : { of }) }],
      registered,
    );
  expect(make('nobody')).toThrow(
    expect.objectContaining({
      code: 'config.limit',
      message: expect.stringContaining('toolLimits[0] is of the run "nobody"'),
    }),
  );
  expect(make(undefined)).not.toThrow();
});
