import { describe, expect, it } from 'vitest';
import { boxLines } from './box-lines.ts';

describe('lines that a person would take for something to do', () => {
  it('A1: are boxes, with or without a task id', () => {
    expect(
      boxLines('# Tasks\n- [ ] T001 [P] Make it\n  * [X] a criterion\n1. [x] T002 Next'),
    ).toEqual([
      { line: 2, task: true },
      { line: 3, task: false },
      { line: 4, task: true },
    ]);
  });

  it.each([
    '- T001 no box',
    '- [P] a label',
    '- [ ](link)',
    '```\n- [ ] T001 in code\n```',
    '<!-- - [ ] T001 one line -->',
    '<!--\n- [ ] T001 in a comment\n-->',
  ])('A1: are not %j', (text) => {
    expect(boxLines(text)).toEqual([]);
  });

  it('A1: count again after code and comments, with any line ends', () => {
    expect(boxLines('<!-- a\r\n-->\r\n```\r\n```\r\n- [ ] T001 Make it')).toEqual([
      { line: 5, task: true },
    ]);
  });
});
