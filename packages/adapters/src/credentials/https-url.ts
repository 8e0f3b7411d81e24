/** An https URL without a name or password in it, or an http one of this machine; `undefined` for all else. */
export function httpsUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return undefined;
  const isHere = /^(127\.0\.0\.1|localhost|\[::1\])$/.test(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isHere) ? url : undefined;
}
