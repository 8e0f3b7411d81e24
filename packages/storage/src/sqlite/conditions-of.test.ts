import { expect, it } from 'vitest';
import { conditionsOf } from './conditions-of.ts';

it('R1: the thread finds the modules that its host found, and gets nothing else of its flags', () => {
  const flags = ['--import', './x.ts', '--conditions=a', '-C', 'b', '--input-type=module', '-C=c'];
  expect(conditionsOf(flags)).toEqual(['--conditions=a', '--conditions=b', '-C=c']);
  expect(conditionsOf(['--conditions'])).toEqual([]);
});
