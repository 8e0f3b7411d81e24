import { setImmediate } from 'node:timers/promises';

// What `npm start` runs. Loading all the rest takes a while, in which Ctrl-C is to be answered as well.
const stop = (): void => {
  process.stderr.write('Stopped: nothing was begun.\n');
  process.exit(130);
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
const { start } = await import('./start.ts');
// Signals that came meanwhile are heard of once the event loop has gone round, wherever in it this is.
await setImmediate();
await setImmediate();
process.off('SIGINT', stop);
process.off('SIGTERM', stop);
await start(process.argv.slice(2));
