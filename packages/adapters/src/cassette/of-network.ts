/** A `fetch` for what goes over the network, with `plain` for the rest: clients ask for a `data:` address to find out what a `fetch` can do. */
export function ofNetwork(
  network: typeof globalThis.fetch,
  plain: typeof globalThis.fetch,
): typeof globalThis.fetch {
  return (input, init) => {
    const address = input instanceof Request ? input.url : `${input}`;
    return /^(data|blob):/i.test(address) ? plain(input, init) : network(input, init);
  };
}
