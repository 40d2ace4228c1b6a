import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Typeface {
  name: string;
  data: Buffer;
  weight: 400 | 600;
}

/** What an image outside any page is drawn with: the typefaces, and the light tokens of app/globals.css by their names. */
export interface HouseStyle {
  fonts: Typeface[];
  colour: (token: string) => string;
}

const faces = [
  {
    name: 'display',
    weight: 600,
    file: '@fontsource/cormorant-garamond/files/cormorant-garamond-latin-600-normal.woff',
  },
  {
    name: 'display',
    weight: 600,
    file: '@fontsource/cormorant-garamond/files/cormorant-garamond-latin-ext-600-normal.woff',
  },
  // The one plain typeface on this machine in a format that can be drawn from; Inter is here as woff2 only.
  { name: 'plain', weight: 400, file: 'next/dist/compiled/@vercel/og/Geist-Regular.ttf' },
] as const;

let style: Promise<HouseStyle> | undefined;

/** Read once in each process: files of this build, that do not change under it. */
export function houseStyle(): Promise<HouseStyle> {
  style ??= readStyle();
  return style;
}

async function readStyle(): Promise<HouseStyle> {
  const root = process.cwd();
  const [css, ...data] = await Promise.all([
    readFile(join(root, 'app', 'globals.css'), 'utf8'),
    ...faces.map(({ file }) => readFile(join(root, 'node_modules', file))),
  ]);
  const tokens = lightTokens(css);
  return {
    fonts: faces.flatMap(({ name, weight }, index) => {
      const bytes = data[index];
      return bytes === undefined ? [] : [{ name, weight, data: bytes }];
    }),
    colour: (token) => {
      const value = tokens.get(token);
      if (value === undefined) throw new Error(`app/globals.css has no token "${token}"`);
      return value;
    },
  };
}

/** The first block of tokens of the style sheet, which is the light theme. */
export function lightTokens(css: string): ReadonlyMap<string, string> {
  const block = /:root \{([^}]*)\}/.exec(css)?.[1] ?? '';
  return new Map([...block.matchAll(/--([\w-]+): ([^;]+);/g)].map(([, name = '', value = '']) => [name, value]));
}
