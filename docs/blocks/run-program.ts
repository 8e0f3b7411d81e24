import { execFile } from 'node:child_process';
import type { Scene } from './scene.ts';

/** What a program printed, and how it ended. */
export interface Printed {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

const TIMEOUT_MS = 40_000;

/** Runs a program in a scene's repository and waits for its end. */
export function runProgram(scene: Scene, file: string, args: readonly string[]): Promise<Printed> {
  const options = { cwd: scene.repository, env: scene.env, timeout: TIMEOUT_MS };
  return new Promise((resolve) => {
    execFile(file, [...args], options, (error, stdout, stderr) => {
      const code = typeof error?.code === 'number' ? error.code : error === null ? 0 : -1;
      resolve({ stdout, stderr, code });
    });
  });
}
