import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';

/** The oldest server that the store works with. */
const LEAST_VERSION = 15;

/** How a server that is only there for a while is started. */
export interface PostgresServerOptions {
  /** Whether commits go to the disk; without, it is faster, and nothing survives a power cut. The default is `false`. */
  readonly fsync?: boolean;
  /** Further settings, by name. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Starts as a copy of this server that follows it under the name `standby`. */
  readonly standbyOf?: PostgresServer;
}

/** A server of its own, gone when it is disposed of, and also when the process that started it dies. */
export interface PostgresServer extends AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  /** The address of its database `postgres`, as a user who may do anything. */
  readonly url: string;
  /** Ends it at once, as a crash would: no shutdown checkpoint; the files stay. */
  crash(): Promise<void>;
  /** Starts it again on the same files and port. */
  restart(): Promise<void>;
  /** Makes a standby the primary. */
  promote(): Promise<void>;
  /** Runs SQL through psql and gives what it prints, without headings. */
  sql(text: string): string;
}

/** The folder of PostgreSQL's programs, newest first; `undefined` where there is none that is new enough. */
export function postgresPrograms(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).map(Number) : [];
  const newest = Math.max(0, ...versions.filter((version) => version >= LEAST_VERSION));
  if (newest > 0 && existsSync(join(debian, `${newest}`, 'bin/initdb'))) {
    return join(debian, `${newest}`, 'bin');
  }
  const { stdout } = spawnSync('pg_config', ['--bindir', '--version'], { encoding: 'utf8' });
  const [folder = '', version = ''] = stdout?.split('\n') ?? [];
  const isNew = Number(/\d+/.exec(version)?.[0] ?? 0) >= LEAST_VERSION;
  return isNew && existsSync(join(folder, 'initdb')) ? folder : undefined;
}

/** Makes and starts a server on a free port of this machine. Throws where there are no programs for one. */
export async function startPostgres(options: PostgresServerOptions = {}): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === undefined) {
    throw new Error(
      'There is no PostgreSQL 15 or newer here: install it (Debian: apt-get install postgresql).',
    );
  }
  const home = mkdtempSync(join(tmpdir(), 'overseer-postgres-'));
  const owner = ownerOf(home);
  const run = (program: string, ...args: readonly string[]): string =>
    output(asOwner(owner, join(programs, program), args));
  const folder = join(home, 'data');
  makeFiles(run, folder, options.standbyOf);
  const port = await freePort();
  const flags = flagsOf(port, home, options);
  let watch: ChildProcess | undefined;
  const start = async (): Promise<void> => {
    rmSync(join(folder, 'postmaster.pid'), { force: true });
    watch = watchOver(home, asOwner(owner, join(programs, 'postgres'), ['-D', folder, ...flags]));
    await untilReady(programs, port, home);
  };
  const stop = async (): Promise<void> => {
    if (watch === undefined) return;
    watch.ref();
    const over = once(watch, 'exit');
    watch.stdin?.end('keep\n');
    watch = undefined;
    await over;
  };
  await start();
  const psql = ['-h', '127.0.0.1', '-p', `${port}`, '-U', 'postgres', '-qAt'];
  return {
    port,
    folder,
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    crash: stop,
    restart: async () => {
      await stop();
      await start();
    },
    promote: async () => {
      run('pg_ctl', '-D', folder, '-w', 'promote');
    },
    sql: (text) => run('psql', ...psql, '-v', 'ON_ERROR_STOP=1', '-c', text).trim(),
    [Symbol.asyncDispose]: async () => {
      await stop();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function makeFiles(
  run: (program: string, ...args: readonly string[]) => string,
  folder: string,
  primary: PostgresServer | undefined,
): void {
  if (primary === undefined) {
    const kind = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'];
    run('initdb', '-D', folder, ...kind);
  } else {
    const from = `host=127.0.0.1 port=${primary.port} user=postgres application_name=standby`;
    const how = ['-R', '-X', 'stream', '-c', 'fast', '--no-sync'];
    run('pg_basebackup', '-D', folder, ...how, '-d', from);
  }
}

function flagsOf(
  port: number,
  home: string,
  { fsync = false, settings = {} }: PostgresServerOptions,
): readonly string[] {
  const all = {
    port: `${port}`,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: home,
    fsync: fsync ? 'on' : 'off',
    shared_buffers: '32MB',
    ...settings,
  };
  return Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The user that PostgreSQL runs as; `undefined` where this process may be that user itself, which root may not. */
interface Owner {
  readonly uid: string;
  readonly gid: string;
}

function ownerOf(home: string): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user =
    users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  const [, , uid = '65534', gid = '65534'] = user ?? [];
  chownSync(home, Number(uid), Number(gid));
  return { uid, gid };
}

function asOwner(
  owner: Owner | undefined,
  program: string,
  args: readonly string[],
): readonly string[] {
  if (owner === undefined) return [program, ...args];
  const { uid, gid } = owner;
  return ['setpriv', `--reuid=${uid}`, `--regid=${gid}`, '--clear-groups', program, ...args];
}

function output([program = '', ...args]: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    cwd: tmpdir(),
  });
  if (error !== undefined) throw error;
  if (status === 0) return stdout;
  throw new Error(`${[program, ...args].join(' ')} ended with ${status}: ${stderr || stdout}`);
}

/** Waits for a word; without one, the process that would have said it is dead, and nothing shall be left. */
const WATCH = `home=$1; shift
"$@" </dev/null >>"$home/log" 2>&1 & server=$!
read -r word
kill -QUIT $server 2>/dev/null
wait $server
[ "$word" = keep ] || rm -rf "$home"`;

/** Runs a server that ends when this process does, however that ends. */
function watchOver(home: string, command: readonly string[]): ChildProcess {
  const child = spawn('sh', ['-c', WATCH, 'sh', home, ...command], {
    cwd: home,
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  return child;
}

async function untilReady(programs: string, port: number, home: string): Promise<void> {
  const end = performance.now() + 30_000;
  const ask = ['-q', '-h', '127.0.0.1', '-p', `${port}`];
  while (spawnSync(join(programs, 'pg_isready'), ask).status !== 0) {
    if (performance.now() > end) {
      throw new Error(
        `PostgreSQL did not start: ${readFileSync(join(home, 'log'), 'utf8').slice(-2_000)}`,
      );
    }
    await sleep(25);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}
