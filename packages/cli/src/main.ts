#!/usr/bin/env node
import { runProgram } from './program.ts';
import { outliveReaders } from './view/presenter.ts';

outliveReaders();
process.exitCode = await runProgram(process.argv.slice(2));
