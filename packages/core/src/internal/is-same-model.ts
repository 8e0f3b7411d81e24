/** What a version or a tag adds to a name, as opposed to the name of a sister: `-20260101`, `-001`, `-v1:0`, `-latest`, `:8b`. */
const VERSION = /^(-(latest|v\d[\w.]*|\d{3,}(-\d\d)*(-v\d[\w.]*)?))?(:.*)?$/;

/** Whether a name that is asked for means a model that is listed with its version, tag or maker: `name-20260101`, `name:latest`, `maker/name`. */
export function isSameModel(id: string, listed: string): boolean {
  const [asked, there] = [id.toLowerCase(), listed.toLowerCase()];
  const base = asked.replace(/[-:]latest$/, '');
  const name = there.slice(there.lastIndexOf('/') + 1);
  return [there, name].some(
    (one) =>
      one === asked ||
      one === base ||
      (one.startsWith(base) && VERSION.test(one.slice(base.length))) ||
      asked.startsWith(`${one}:`),
  );
}
