import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { spokenByFrame, spokenByIslands } from '#app/_i18n/messages.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the islands of a page need in the browser, and what the page sends them. */
interface Reach {
  spoken: Set<string>;
  sent: Set<string>;
  /** Whether something asks the server from the browser, and whether the page brings the client for it. */
  asks: boolean;
  brings: boolean;
}

/** Follows the imports of a page. What a client module imports runs in the browser as well. */
function reachOf(page: string): Reach {
  const reach: Reach = { spoken: new Set(), sent: new Set(), asks: false, brings: false };
  const seen = new Set<string>();
  const visit = (path: string, isAbove: boolean) => {
    const text = readFileSync(join(root, path), 'utf8');
    const inBrowser = isAbove || text.startsWith("'use client'");
    if (seen.has(`${path} ${String(inBrowser)}`)) return;
    seen.add(`${path} ${String(inBrowser)}`);
    if (inBrowser) {
      for (const [, noun = ''] of text.matchAll(/useTranslations\('([^'.]+)/g)) reach.spoken.add(noun);
      if (text.includes('useTRPC()')) reach.asks = true;
    } else {
      for (const [, said = ''] of text.matchAll(/<Islands say=\{\[([^\]]*)\]\}/g))
        for (const [, noun = ''] of said.matchAll(/'([^']+)'/g)) reach.sent.add(noun);
      if (text.includes('<Islands')) reach.brings = true;
    }
    for (const next of importsOf(path, text)) visit(next, inBrowser);
  };
  visit(page, false);
  return reach;
}

function importsOf(path: string, text: string): string[] {
  const specifiers = [...text.matchAll(/(?:^(?:import|export) (?!type\b)[^;]*?from |\bimport\()'([^']+)'/gms)];
  return specifiers.flatMap(([, specifier = '']) => {
    if (specifier.startsWith('./')) return [join(dirname(path), specifier)];
    return /^#(app|components)\//.test(specifier) ? [specifier.slice(1)] : [];
  });
}

/** The modules that run in the browser as soon as the page is there: what is only imported when needed is left out. */
function loadedWith(page: string): Map<string, string> {
  const cameBy = new Map<string, string>();
  const seen = new Set<string>();
  const visit = (path: string, { isAbove, from }: { isAbove: boolean; from: string }) => {
    const text = readFileSync(join(root, path), 'utf8');
    const inBrowser = isAbove || text.startsWith("'use client'");
    if (seen.has(`${path} ${String(inBrowser)}`)) return;
    seen.add(`${path} ${String(inBrowser)}`);
    if (inBrowser) cameBy.set(path, from);
    const specifiers = [...text.matchAll(/^(?:import|export) (?!type\b)[^;]*?from '([^']+)'/gms)];
    for (const [, specifier = ''] of specifiers) {
      const next = specifier.startsWith('./') ? join(dirname(path), specifier) : specifier.slice(1);
      if (/^(\.\/|#(app|components)\/|#server\/.*(schema|zod|money)\.ts$)/.test(specifier))
        visit(next, { isAbove: inBrowser, from: path });
    }
  };
  visit(page, { isAbove: false, from: '' });
  return cameBy;
}

const catalogue = ['', 'market/', 'listings/[id]/', 'sellers/[slug]/'].map((path) => `app/(public)/${path}page.tsx`);

test.each([...catalogue, 'app/layout.tsx'])('%s loads no schema library into the browser', (page) => {
  const loaded = loadedWith(page);
  const by = loaded.get('server/platform/zod.ts');
  expect(by === undefined ? null : `${by}, which ${String(loaded.get(by))} imports`).toBeNull();
});

test('a module that does load the schema library is seen to', () => {
  expect(loadedWith('components/moderation/report-dialog.tsx').has('server/platform/zod.ts')).toBe(true);
});

const pages = ['app/(public)/**/page.tsx', 'app/[[]locale]/**/page.tsx'].flatMap((pattern) =>
  globSync(pattern, { cwd: root }),
);

test('there are public pages to look at', () => {
  expect(pages.length).toBeGreaterThan(15);
  expect(pages.every((page) => existsSync(join(root, page)))).toBe(true);
});

test.each(pages)('the islands of %s are sent every text that they say, and the client that they ask with', (page) => {
  const { spoken, sent, asks, brings } = reachOf(page);
  const missing = [...spoken].filter((noun) => !sent.has(noun) && !spokenByFrame.some((each) => each === noun));
  expect(missing).toEqual([]);
  expect(!asks || brings).toBe(true);
});

test('the frame sends the texts that it says, and asks nothing that it would need the client of the procedures for', () => {
  const { spoken } = reachOf('app/layout.tsx');
  const sent = [...spokenByFrame, 'notification', 'security'];
  expect([...spoken].filter((noun) => !sent.some((each) => each === noun))).toEqual([]);
});

test.each(['citizen', 'operator'])('the pages of a %s are sent what their islands say', (audience) => {
  const own = globSync(`app/(${audience})/**/page.tsx`, { cwd: root });
  expect(own.length).toBeGreaterThan(10);
  const sent = [...spokenByFrame, ...spokenByIslands];
  for (const page of own) {
    const missing = [...reachOf(page).spoken].filter((noun) => !sent.some((each) => each === noun));
    expect(missing, page).toEqual([]);
  }
});
