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
