import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';

const here = import.meta.dirname;
const kubernetes = join(here, 'kubernetes');
const hasKubectl = (process.env['PATH'] ?? '')
  .split(':')
  .some((folder) => existsSync(join(folder, 'kubectl')));

const probe = z.looseObject({
  test: z.array(z.string()).optional(),
  disable: z.boolean().optional(),
});

const service = z.strictObject({
  image: z.string(),
  build: z.strictObject({ context: z.string(), dockerfile: z.string() }).optional(),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  profiles: z.array(z.string()).optional(),
  restart: z.enum(['no', 'on-failure', 'unless-stopped']),
  depends_on: z
    .record(z.string(), z.strictObject({ condition: z.literal('service_healthy') }))
    .optional(),
  volumes: z.array(z.string()).optional(),
  ports: z.array(z.string()).optional(),
  healthcheck: probe.optional(),
  init: z.boolean().optional(),
  read_only: z.boolean().optional(),
  cap_drop: z.array(z.string()).optional(),
  security_opt: z.array(z.string()).optional(),
  tmpfs: z.array(z.string()).optional(),
  stop_grace_period: z.string().optional(),
});

const compose = z.strictObject({
  name: z.string(),
  services: z.record(z.string(), service),
  volumes: z.record(z.string(), z.strictObject({})),
  'x-overseer': z.unknown(),
});

const object = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }).optional(),
});

describe('compose.yaml', () => {
  const stack = compose.parse(documentsIn(join(here, 'compose.yaml'))[0]);
  const services = Object.entries(stack.services);
  const text = readFileSync(join(here, 'compose.yaml'), 'utf8');

  it('M19 R12: has local models, the database, nodes and workers', () => {
    expect(Object.keys(stack.services)).toEqual(
      expect.arrayContaining(['postgres', 'node', 'worker', 'ollama', 'llama-cpp']),
    );
    const models = stack.services['ollama-models']?.command?.join(' ') ?? '';
    for (const name of ['llama', 'mistral', 'falcon']) expect(models).toContain(name);
  });

  it.each(services)(
    'X5 M19: %s is pinned, opens nothing to others, and is restarted',
    (name, one) => {
      expect(one.image).toMatch(/:[\w.-]*\d[\w.-]*$|^overseer:local$/);
      for (const port of one.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
      const isOnce = one.profiles?.includes('command') === true;
      expect(one.restart === 'no').toBe(isOnce);
      if (one.restart === 'unless-stopped') expect(one.healthcheck?.test, name).toBeDefined();
    },
  );

  it('X5: names no password, and volumes and services that are there', () => {
    for (const [, value] of text.matchAll(/PASSWORD: (.*)/g)) expect(value).toMatch(/^\$\{/);
    const needed = services.flatMap(([, one]) => Object.keys(one.depends_on ?? {}));
    for (const other of needed) expect(stack.services).toHaveProperty(other);
    const volumes = services.flatMap(([, one]) => one.volumes ?? []);
    const named = volumes.filter((volume) => !volume.startsWith('.'));
    for (const volume of named) expect(stack.volumes).toHaveProperty(volume.split(':')[0] ?? '');
  });

  it('M19: has every prompt fit what its servers have room for, however many they answer at once', () => {
    const window = Number(/OVERSEER_CONTEXT_WINDOW:-(\d+)\}/.exec(text)?.[1]);
    const { command = [] } = stack.services['llama-cpp'] ?? {};
    const value = (flag: string): number => Number(command[command.indexOf(flag) + 1]);
    expect(value('--ctx-size') / value('--parallel')).toBe(window);
    expect(Number(stack.services['ollama']?.environment?.['OLLAMA_CONTEXT_LENGTH'])).toBe(window);
  });

  it('M19: starts programs and reads variables that are there', () => {
    const words = services.flatMap(([, one]) => [
      ...(one.entrypoint ?? []),
      ...(one.command ?? []),
      ...(one.healthcheck?.test ?? []),
    ]);
    const programs = words.filter((word) => word.startsWith('deploy/'));
    expect(programs.length).toBeGreaterThan(2);
    for (const program of programs) expect(existsSync(join(here, '..', program))).toBe(true);
    const example = readFileSync(join(here, '.env.example'), 'utf8');
    for (const [, name] of text.matchAll(/\$\{(\w+)/g)) {
      expect(example).toMatch(new RegExp(`^${name}=`, 'm'));
    }
  });
});

/** What a process has to be given, whoever starts it. */
const NEEDED = [
  'DATABASE_URL',
  'OPENAI_API_BASE',
  'OPENAI_API_KEY',
  'OVERSEER_CONTEXT_WINDOW',
  'OVERSEER_KEYS',
  'OVERSEER_MODELS',
  'OVERSEER_SERVER',
];

describe('what the programs of the stack read', () => {
  const read = [
    ...readFileSync(join(here, 'stack/settings.ts'), 'utf8').matchAll(/^ {2}([A-Z][A-Z_]+): /gm),
  ].map(([, name = '']) => name);

  it('X2 M19: is given to nodes, workers and the command by compose.yaml', () => {
    const stack = compose.parse(documentsIn(join(here, 'compose.yaml'))[0]);
    for (const name of ['node', 'worker', 'command']) {
      expect(Object.keys(stack.services[name]?.environment ?? {}), name).toEqual(
        expect.arrayContaining(NEEDED),
      );
    }
  });

  it.each(['nodes.yaml', 'workers.yaml'])('X2 M19: is given by kubernetes/%s', (file) => {
    const text = readFileSync(join(kubernetes, file), 'utf8');
    const configured = readFileSync(join(kubernetes, 'kustomization.yaml'), 'utf8');
    for (const name of [...NEEDED, 'OVERSEER_DATABASE_CA']) {
      expect(text.includes(`- name: ${name}\n`) || configured.includes(`- ${name}=`), name).toBe(
        true,
      );
    }
    expect(text.match(/secretKeyRef:\n.*\n.*key: (OVERSEER_KEYS|OPENAI_API_KEY)/g)).toHaveLength(2);
  });

  it('X2: is all named in docs/deploy.md', () => {
    const text = readFileSync(join(here, '../docs/deploy.md'), 'utf8');
    expect(read).toEqual(expect.arrayContaining(NEEDED));
    for (const name of read) expect(text, name).toContain(`\`${name}\``);
  });
});

describe('kubernetes', () => {
  const files = readdirSync(kubernetes).filter((file) => file !== 'kustomization.yaml');
  const objects = files.flatMap((file) =>
    documentsIn(join(kubernetes, file)).map((one) => object.parse(one)),
  );

  it('R12: every file is one of the kustomization, and has nodes and workers apart', () => {
    const [kustomization] = documentsIn(join(kubernetes, 'kustomization.yaml'));
    const { resources } = z.looseObject({ resources: z.array(z.string()) }).parse(kustomization);
    expect([...resources].sort()).toEqual([...files].sort());
    const names = objects.map(({ kind, metadata }) => `${kind}/${metadata?.name}`);
    expect(names).toEqual(
      expect.arrayContaining(['Deployment/node', 'Deployment/worker', 'StatefulSet/postgres']),
    );
  });

  it('X5: has no secret in it, no root, and limits of memory', () => {
    expect(objects.map(({ kind }) => kind)).not.toContain('Secret');
    const pods = objects.filter(({ kind }) => ['Deployment', 'StatefulSet'].includes(kind));
    for (const pod of pods) {
      const text = JSON.stringify(pod);
      expect(text).toContain('"runAsNonRoot":true');
      expect(text).toContain('"allowPrivilegeEscalation":false');
      expect(text).toMatch(/"limits":\{"memory"/);
      expect(text).toContain('"readinessProbe"');
    }
  });

  it('R12: nothing is started again because it waits, and nothing is ready while it does', () => {
    const probe = z.object({ exec: z.object({ command: z.array(z.string()) }) });
    const probes = z.object({ livenessProbe: probe, readinessProbe: probe });
    const pod = z.object({ spec: z.object({ containers: z.array(probes) }) });
    const deployments = objects.filter(({ kind }) => kind === 'Deployment');
    expect(deployments).toHaveLength(2);
    for (const { spec } of deployments) {
      const { containers } = z.object({ template: pod }).parse(spec).template.spec;
      for (const { livenessProbe, readinessProbe } of containers) {
        const check = ['node', 'deploy/stack/check-health.ts'];
        expect(readinessProbe.exec.command).toEqual(check);
        expect(livenessProbe.exec.command).toEqual([...check, 'alive']);
      }
    }
  });

  it('X2: the database takes no connection from elsewhere without TLS, and its key is for it alone', () => {
    const text = readFileSync(join(kubernetes, 'kustomization.yaml'), 'utf8');
    const rules = [
      ...text.matchAll(/^ *(?:pg_hba\.conf=)?(local|host\w*) all all (?!scram)(.*)$/gm),
    ];
    expect(rules.map(([, kind, from]) => `${kind} ${from}`)).toEqual([
      'host 127.0.0.1/32 scram-sha-256',
      'hostssl all scram-sha-256',
    ]);
    const pods = objects.filter(
      ({ metadata }) => metadata?.name === 'node' || metadata?.name === 'worker',
    );
    for (const pod of pods) expect(JSON.stringify(pod)).not.toContain('tls.key');
  });

  it.skipIf(!hasKubectl)('R12: is what kubectl puts together', async () => {
    const { stdout } = await promisify(execFile)('kubectl', ['kustomize', kubernetes]);
    expect(stdout).toContain('image: images.example.com/overseer:');
    expect(stdout.match(/^kind: /gm)?.length).toBeGreaterThan(objects.length);
  });
});

function documentsIn(file: string): readonly unknown[] {
  return parseAllDocuments(readFileSync(file, 'utf8'), { merge: true }).map((document) => {
    expect(document.errors).toEqual([]);
    return document.toJS();
  });
}
