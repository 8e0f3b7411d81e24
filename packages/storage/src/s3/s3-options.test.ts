import { ConfigError } from '@overseer/core/plugin';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isS3Address, parseS3Address } from './s3-address.ts';
import { s3Settings } from './s3-options.ts';

afterEach(() => vi.unstubAllEnvs());

describe('the address of a bucket', () => {
  it('R5: is a bucket and what its names begin with', () => {
    expect(parseS3Address('s3://my-bucket')).toEqual({ bucket: 'my-bucket', prefix: '' });
    expect(parseS3Address('s3://my.bucket/')).toEqual({ bucket: 'my.bucket', prefix: '' });
    expect(parseS3Address('S3://abc/team=1/x_y.z-/')).toEqual({
      bucket: 'abc',
      prefix: 'team=1/x_y.z-',
    });
    expect(['s3://a', 's3:', 'S3://x'].every(isS3Address)).toBe(true);
    expect(['./s3', 'backups', 's3', 's3/a'].some(isS3Address)).toBe(false);
  });

  it.each([
    's3:bucket',
    's3://',
    's3://ab',
    's3://Big',
    's3://a..b',
    's3://key:hidden@bucket/x',
    's3://bucket//x',
    's3://bucket/a/../b',
    's3://bucket/a b',
    's3://bucket/a+b',
    's3://bucket/a?b=c',
  ])('R5: %s is none', (text) => {
    expect(() => parseS3Address(text)).toThrow(ConfigError);
    expect(() => parseS3Address(text)).toThrow(/^(?!.*hidden).*no place for backups, such as s3:/);
  });
});

describe('the settings of a bucket', () => {
  it('R5: come from the environment where nobody says them', async () => {
    for (const name of [
      'AWS_REGION',
      'AWS_DEFAULT_REGION',
      'AWS_ENDPOINT_URL',
      'AWS_ENDPOINT_URL_S3',
    ]) {
      vi.stubEnv(name, '');
    }
    expect(s3Settings({ bucket: 'abc' })).toMatchObject({ region: 'us-east-1', pathStyle: false });
    expect(s3Settings({ bucket: 'a.bc' }).pathStyle).toBe(true);
    vi.stubEnv('AWS_DEFAULT_REGION', 'eu-central-1');
    const amazon = s3Settings({ bucket: 'abc' });
    expect(amazon.endpoint.href).toBe('https://s3.eu-central-1.amazonaws.com/');
    vi.stubEnv('AWS_REGION', 'auto');
    vi.stubEnv('AWS_ENDPOINT_URL', 'https://one.example.com');
    expect(s3Settings({ bucket: 'abc' })).toMatchObject({ region: 'auto', pathStyle: true });
    vi.stubEnv('AWS_ENDPOINT_URL_S3', 'https://two.example.com');
    expect(s3Settings({ bucket: 'abc' }).endpoint.host).toBe('two.example.com');
    expect(s3Settings({ bucket: 'abc', endpoint: 'http://[::1]:9000' }).endpoint.port).toBe('9000');

    vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', '');
    const { credentials } = s3Settings({ bucket: 'abc' });
    expect(() => credentials()).toThrow(/AWS_SECRET_ACCESS_KEY is not set/);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'hidden');
    vi.stubEnv('AWS_SESSION_TOKEN', 'token');
    expect(await credentials()).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'hidden',
      sessionToken: 'token',
    });
  });

  it.each([
    [{ endpoint: 'http://s3.example.com' }, /without TLS.*--plain-http/],
    [{ endpoint: 'https://me:hidden@s3.example.com' }, /has a password in it/],
    [{ endpoint: 'ftp://s3.example.com' }, /has to be a URL/],
    [{ endpoint: 'nonsense' }, /has to be a URL/],
    [{ endpoint: 'https://s3.example.com/?a=b' }, /has to be a URL/],
    [{ endpoint: 'https://127.0.0.1', pathStyle: false }, /leave its path style on/],
    [{ region: 'a b' }, /is no name such as/],
    [{ partBytes: 1_000 }, /partBytes has to be/],
    [{ attempts: 0 }, /attempts has to be/],
    [{ prefix: '/x' }, /between slashes/],
  ])('R5: %j is refused', (options, words) => {
    const make = () => s3Settings({ bucket: 'abc', ...options });
    expect(make).toThrow(words);
    expect(make).toThrow(expect.objectContaining({ code: 'config.bucket' }));
    expect(make).not.toThrow(/hidden/);
  });

  it('R5: an endpoint without TLS is taken where somebody says so', () => {
    const { endpoint } = s3Settings({
      bucket: 'abc',
      endpoint: 'http://minio:9000',
      plainHttp: true,
    });
    expect(endpoint.href).toBe('http://minio:9000/');
  });
});
