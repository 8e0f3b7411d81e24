#!/usr/bin/env node
import { setImmediate } from 'node:timers/promises';
import { stopEarly, stoppedEarly } from './commands/stop-early.ts';
import { outliveReaders } from './view/presenter.ts';

outliveReaders();
// Loading all the rest takes a while, in which Ctrl-C is to be answered as well.
const early = stopEarly(stoppedEarly());
const { runProgram } = await import('./program.ts');
// Signals that came meanwhile are heard of once the event loop has gone round, wherever in it this is.
await setImmediate();
await setImmediate();
early[Symbol.dispose]();
process.exitCode = await runProgram(process.argv.slice(2));
