#!/usr/bin/env node
import { loaded } from './commands/loaded.ts';
import { outliveReaders } from './view/presenter.ts';

outliveReaders();
const { runProgram } = await loaded(() => import('./program.ts'));
process.exitCode = await runProgram(process.argv.slice(2));
