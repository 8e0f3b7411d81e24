import { gitWorkspaces } from './git-workspaces.ts';
import { source } from './project.fixture.ts';

/** Accepts one attempt and says when it begins and ends; a test kills it in between. */
const [repository = '', path = '', base = '', attempt = '', uid = ''] = process.argv.slice(2);
const signal = new AbortController().signal;
const provider = gitWorkspaces({ repository });
await provider.probe(attempt, signal);
process.stdout.write('begun\n');
await provider.accept({
  workspace: { path, base, changed: () => Promise.resolve([]) },
  title: `Do ${attempt}`,
  trailers: { run: 'r', task: 't', attempt },
  tick: { source, file: 'tasks.md', uid, status: 'done' },
  signal,
});
process.stdout.write('ended\n');
