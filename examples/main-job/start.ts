import { EXIT, explain, outliveReaders, runProgram } from '@overseer/cli';
import { crashAndResume } from './crash-and-resume.ts';
import { runDemo } from './demo.ts';
import { chooseJob, HELP } from './job.ts';

/** Does what the command line asks: the kit with simulated models, or one's own work with real ones. */
export async function start(args: readonly string[]): Promise<void> {
  outliveReaders();
  const job = chooseJob(args);
  try {
    switch (job.kind) {
      case 'help':
        process.stdout.write(HELP);
        break;
      case 'wrong':
        process.stderr.write(`${job.problem} [config.command-line]\n`);
        process.exitCode = EXIT.usage;
        break;
      case 'own':
        process.exitCode = await runProgram(job.args, 'npm start --');
        break;
      case 'crash':
        process.exitCode = await crashAndResume(job.show);
        break;
      case 'demo':
        process.exitCode = await runDemo(job);
        break;
    }
  } catch (error) {
    process.exitCode = explain(error);
  }
}
