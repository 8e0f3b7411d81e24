import { lmstudio } from '@overseer/adapters/lmstudio';
import { openai } from '@overseer/adapters/openai';
import { describe, expect, it } from 'vitest';
import { teamOf, teamParts } from './team.ts';

const cloud = (id: string) => openai(id, { apiKey: 'k' });

describe('teamOf', () => {
  it('M14: the first is the overseer; the others work, stand in for each other, and behind them the overseer', () => {
    const { overseer, models } = teamOf([cloud('o'), cloud('a'), cloud('b')], []);
    expect(overseer).toBe('o');
    const shape = Object.entries(models).map(([name, { role, fallback }]) => [
      name,
      role,
      fallback,
    ]);
    expect(shape).toEqual([
      ['o', undefined, undefined],
      ['a', 'coder', ['b', 'o']],
      ['b', 'coder', ['a', 'o']],
    ]);
  });

  it('M14: models of one name are told apart', () => {
    const { models } = teamOf([cloud('m'), cloud('m'), lmstudio('m')], []);
    expect(Object.keys(models)).toEqual(['m', 'm-2', 'm-3']);
    expect(models['m-2']?.fallback).toEqual(['m-3', 'm']);
  });

  it('L1 L7: every model has the limits; what runs here is free, and what a person says of prices goes before', () => {
    const prices = new Map([['c', { input: 1, output: 2 }]]);
    const { models } = teamOf([cloud('c'), cloud('d'), lmstudio('l')], ['5 calls / 5h'], prices);
    expect(Object.values(models).map(({ price, limits }) => [price, limits])).toEqual([
      [{ input: 1, output: 2 }, ['5 calls / 5h']],
      [undefined, ['5 calls / 5h']],
      [{ input: 0, output: 0 }, ['5 calls / 5h']],
    ]);
  });
});

describe('teamParts', () => {
  it('T5: without files to work on nobody has a tool', () => {
    const { tools, roles } = teamParts({ hasFiles: false });
    expect(Object.keys(tools)).toEqual([]);
    expect(Object.values(roles).flatMap((role) => role.tools ?? [])).toEqual([]);
  });

  it('T5: workers read and write files, and run nothing', () => {
    const { tools, roles } = teamParts({ hasFiles: true });
    expect(Object.keys(tools)).toContain('write_file');
    for (const role of Object.values(roles)) expect(role.grants).toEqual(['read', 'write']);
  });
});
