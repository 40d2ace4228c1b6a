import { readFileSync } from 'node:fs';

/** The names Stripe knows at one place of a request; a null subtree is a plain value, `map` takes any name. */
export type KnownNames = Map<string, KnownNames | null | 'map'>;

const lines = readFileSync(new URL('./known-parameters.txt', import.meta.url), 'utf8').split('\n');
const texts = new Map(lines.map((line) => [line.split(' ', 2).join(' '), line.split(' ').slice(2).join(' ')]));
const parsed = new Map<string, KnownNames>();

/** What Stripe knows for a route like `POST /v1/refunds`, as the SDK's types say it. */
export function knownNamesOf(route: string): KnownNames {
  const known = parsed.get(route) ?? parse(texts.get(route) ?? '');
  parsed.set(route, known);
  return known;
}

function parse(text: string): KnownNames {
  const root: KnownNames = new Map();
  const open: KnownNames[] = [root];
  for (const [, name = '', mark = ''] of text.matchAll(/([\w-]*)([(*)]?)/g)) {
    const names = open.at(-1) ?? root;
    if (mark === '(') {
      const nested: KnownNames = new Map();
      names.set(name, nested);
      open.push(nested);
      continue;
    }
    if (name !== '') names.set(name, mark === '*' ? 'map' : null);
    if (mark === ')') open.pop();
  }
  return root;
}
