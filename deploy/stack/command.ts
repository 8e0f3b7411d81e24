import { runProgram } from '@overseer/cli';
import { readSettings } from './settings.ts';

// `overseer` on the stack's own database: its password stands in the environment, and in no list of processes.
const { database } = readSettings(process.env);
const args = process.argv.slice(2);
const hasPlace = args.some((arg) => arg === '--journal' || arg.startsWith('--journal='));
const isHelp = args.length === 0 || args.includes('--help') || args.includes('-h');
process.exitCode = await runProgram(hasPlace || isHelp ? args : [...args, '--journal', database]);
