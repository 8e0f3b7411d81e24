import { describe, expect, it } from 'vitest';
import type { ToolPermission } from '../spec/tool.ts';
import { checkToolCall, type ToolCheck, type ToolWish } from './check-tool-call.ts';
import { textSchema, toolOf } from './tool.fixture.ts';

const tools = new Map([
  ['read_file', toolOf({ permissions: ['read'], input: textSchema })],
  ['write_file', toolOf({ permissions: ['read', 'write', 'disk'], input: textSchema })],
  ['think', toolOf()],
]);

describe('checkToolCall', () => {
  it('T6: allows what is there, granted and well formed, and gives the parsed input', () => {
    const check = checked({ name: 'read_file', input: ' a.ts ' }, ['read']);
    expect(check).toEqual({ kind: 'allowed', tool: tools.get('read_file'), input: 'a.ts' });
  });

  it('T6: refuses a tool that is not offered, and suggests the nearest', () => {
    expect(reason({ name: 'read_fiel', input: 'a.ts' }, ['read'])).toBe(
      'There is no tool "read_fiel"; did you mean "read_file"? (known: read_file, think, write_file).',
    );
    expect(reason({ name: 'zzz', input: '' }, [])).toContain('known: read_file, think, write_file');
    for (const name of ['constructor', '__proto__', '']) {
      expect(reason({ name, input: '' }, [])).toContain(`There is no tool ${JSON.stringify(name)}`);
    }
    expect(checkToolCall({ name: 'think', input: '' }, new Map(), [])).toEqual({
      kind: 'refused',
      because: 'There is no tool "think"; there is none.',
      why: 'unknown',
    });
  });

  it('T5: denies what is not granted, and names what is missing', () => {
    expect(reason({ name: 'write_file', input: 'a.ts' }, ['read'])).toBe(
      'Not permitted: write_file needs write, disk.',
    );
    expect(reason({ name: 'read_file', input: 'a.ts' }, [])).toBe(
      'Not permitted: read_file needs read.',
    );
    expect(checked({ name: 'think', input: null }, []).kind).toBe('allowed');
  });

  it('T6: refuses input that is no JSON, in the words of who read it', () => {
    const wish = { name: 'read_file', input: '{"path', invalid: 'it ends in a string' };
    expect(reason(wish, ['read'])).toBe('The input is not JSON: it ends in a string');
  });

  it('T6: refuses input that the schema does not take, with all problems', () => {
    expect(reason({ name: 'read_file', input: 7 }, ['read'])).toBe(
      'The input is wrong: expected text; at the root',
    );
  });

  it('T5: tells who may not use a tool nothing about its input', () => {
    expect(reason({ name: 'read_file', input: 7, invalid: 'it is a number' }, [])).toMatch(
      /^Not permitted/,
    );
  });
});

function checked(wish: ToolWish, grants: readonly ToolPermission[]): ToolCheck {
  return checkToolCall(wish, tools, grants);
}

function reason(wish: ToolWish, grants: readonly ToolPermission[]): string {
  const check = checked(wish, grants);
  return check.kind === 'refused' ? check.because : check.kind;
}
