import type { Framework, FrameworkDefinition } from '@overseer/core/spec';
import { parseParts } from './parse-parts.ts';

const definition: FrameworkDefinition = {
  schema: 'overseer.framework/1',
  id: 'bmad',
  version: '1.0.0',
  name: 'Background, Model, Action, Deliverable',
  attribution: {
    note: 'A prompt frame of four parts. It is not BMAD-METHOD, whose name is a trademark of BMad Code, LLC, and is not connected with it.',
  },
  components: [
    {
      id: 'background',
      title: 'Background',
      describe: 'facts about the project; take them as given',
      source: 'context',
      required: true,
      default: 'None given.',
    },
    {
      id: 'model',
      title: 'Model',
      describe: 'the model that the task is given to, and why',
      source: 'model',
      required: true,
      internal: true,
    },
    {
      id: 'action',
      title: 'Action',
      describe: 'the one thing to do',
      source: 'task',
      required: true,
    },
    {
      id: 'deliverable',
      title: 'Deliverable',
      describe: 'the form of the result, and when it is accepted',
      source: 'deliverable',
      required: true,
    },
  ],
  layout: 'headings',
  rules: [
    {
      id: 'background-facts',
      on: 'prompt',
      component: 'background',
      severity: 'warning',
      message: 'Give facts about the project',
      check: { type: 'min-words', words: 3 },
    },
    {
      id: 'model-fits',
      on: 'prompt',
      component: 'model',
      severity: 'error',
      message: 'The model lacks something that the task needs; give the task to another',
      check: { type: 'model-capable' },
    },
    {
      id: 'action-says-enough',
      on: 'prompt',
      component: 'action',
      severity: 'warning',
      message: 'Say in a few words what to do',
      check: { type: 'min-words', words: 2 },
    },
    {
      id: 'action-filled',
      on: 'prompt',
      component: 'action',
      severity: 'error',
      message: 'Fill in the placeholder',
      check: { type: 'placeholder-free' },
    },
    {
      id: 'deliverable-measurable',
      on: 'prompt',
      component: 'deliverable',
      severity: 'error',
      message: 'Name a criterion that can be checked: a file, a command, a number',
      check: { type: 'measurable' },
    },
    {
      id: 'deliverable-filled',
      on: 'prompt',
      component: 'deliverable',
      severity: 'error',
      message: 'Fill in the placeholder',
      check: { type: 'placeholder-free' },
    },
  ],
  scoring: { pass: 80 },
  decompose: 'none',
  tests: [
    {
      input: {
        background: 'A library of text functions for Node 24.',
        model: 'coder-a: good at code',
        action: 'Write tests for src/slugify.ts',
        deliverable: 'One test file; `node --test` exits with code 0.',
      },
      expect: { pass: true, failed: [] },
    },
    {
      input: {
        model: 'coder-a',
        action: 'Write tests for src/slugify.ts',
        deliverable: 'A test file, all green',
      },
      expect: { pass: true, failed: ['background-facts'] },
    },
    {
      input: {
        background: 'A library of text functions.',
        model: 'coder-a',
        action: 'Write something for {{file}}',
        deliverable: 'Something nice',
      },
      expect: { pass: false, failed: ['action-filled', 'deliverable-measurable'] },
    },
    {
      input: { background: 'A library of text functions.', model: 'coder-a' },
      expect: {
        pass: false,
        failed: [
          'action.required',
          'deliverable.required',
          'action-says-enough',
          'deliverable-measurable',
        ],
      },
    },
  ],
};

/**
 * Background, Model, Action, Deliverable: the project's facts, the assigned model (recorded, not sent), what to do, and
 * a result with criteria that can be checked. Reads those four as headings in a request. Not BMAD-METHOD, whose name
 * is a trademark of BMad Code, LLC.
 */
export const bmad: Framework = {
  spec: 'framework/1',
  definition,
  parse: (request) => parseParts(definition, 'action', request),
};
