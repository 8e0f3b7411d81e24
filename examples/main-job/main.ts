// What `npm start` runs. Loading all the rest takes a while, in which Ctrl-C is to be answered as well.
const stop = (): void => {
  process.stderr.write('Stopped: nothing was begun.\n');
  process.exit(130);
};
process.on('SIGINT', stop);
process.on('SIGTERM', stop);
const { start } = await import('./start.ts');
process.off('SIGINT', stop);
process.off('SIGTERM', stop);
await start(process.argv.slice(2));

export {};
