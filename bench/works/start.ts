import type { Work } from '../harness/work.ts';
import { footprint } from '../start/footprint.ts';
import { installedCore } from '../start/installed-core.ts';
import { launch } from '../start/launch.ts';

/** What a library costs before it does anything: as users install it, built and packed. */
export const work: Work = {
  summary: 'import, first use, and what is installed',
  metrics: [
    { name: 'importMs', unit: 'ms', compared: true },
    { name: 'readyMs', unit: 'ms', compared: false },
    { name: 'processMs', unit: 'ms', compared: true },
    { name: 'packages', unit: 'packages', compared: false },
    { name: 'installedMb', unit: 'MB', compared: false },
    { name: 'typeInstantiations', unit: 'types', compared: false },
  ],
  subjects: ['floor', 'openai', 'overseer'],
  peers: ['ai', '@openai/agents', '@langchain/langgraph', '@mastra/core'],
  peer: 'openai',
  repeats: 7,
  timeoutMs: 60_000,
  needsServer: false,
  prepare: installedCore,
  async measure(subject, { prepared }) {
    if (subject.start === undefined) throw new Error('This subject cannot be started.');
    const start = subject.start(prepared);
    return { ...launch(start), ...footprint(start) };
  },
};
