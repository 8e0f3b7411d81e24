import { execFileSync } from 'node:child_process';

/** Mounts a disk of so many KiB; `undefined` where this user may not. */
export function smallDisk(path: string, kib: number): Disposable | undefined {
  try {
    onDisks('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'tmpfs', path]);
    return { [Symbol.dispose]: () => onDisks('umount', [path]) };
  } catch {
    return undefined;
  }
}

/** Runs `mount` or `umount`. Throws where this user may not. */
export function onDisks(program: 'mount' | 'umount', args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'ignore' });
}
