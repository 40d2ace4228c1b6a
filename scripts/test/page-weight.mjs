import { gzipSync } from 'node:zlib';
import { Halt } from '../up/halt.mjs';

/** What a page of the catalogue may load of scripts above an empty page of the same build, in bytes of gzip. */
export const ownScriptsMax = 60_000;

/** Answers 404, and is the frame of every page with nothing in it. */
const emptyPage = '/there-is-no-such-page';

/**
 * Sums what the pages of the catalogue load of scripts, before anybody touches them, against the empty page. Throws where a
 * page brings more of its own than it may; resolves with a line for each page.
 */
export async function checkPageWeight(appUrl) {
  const market = await textOf(`${appUrl}/market`);
  const listing = /href="(\/listings\/[0-9a-f-]{36})"/.exec(market)?.[1];
  const seller = /href="(\/sellers\/[^"]+)"/.exec(market)?.[1];
  if (listing === undefined || seller === undefined) throw new Halt('The market shows no listing to weigh.');
  const weights = new Map();
  const empty = await scriptsOf(appUrl, emptyPage);
  const lines = [];
  for (const path of ['/', '/market', '/it/market', listing, seller]) {
    const own = new Set([...(await scriptsOf(appUrl, path))].filter((script) => !empty.has(script)));
    const bytes = await weightOf(appUrl, { scripts: own, weights });
    lines.push(`${path}: ${String(bytes)} bytes of scripts above an empty page`);
    if (bytes > ownScriptsMax) {
      const each = [...own].map((script) => `  ${String(weights.get(script))} ${script}`).join('\n');
      throw new Halt(`${lines.at(-1)}, which is more than ${String(ownScriptsMax)}:\n${each}`);
    }
  }
  return lines;
}

/** Every script that the text of a page names: as an element, or as a part that an island of it is made of. */
export function scriptsIn(html) {
  const withoutOld = html.replaceAll(/<script[^>]*\bnoModule\b[^>]*>/gi, '');
  return new Set(withoutOld.match(/static\/chunks\/[\w.~-]+\.js/g) ?? []);
}

async function scriptsOf(appUrl, path) {
  const scripts = scriptsIn(await textOf(`${appUrl}${path}`));
  if (scripts.size === 0) throw new Halt(`${path} names no script: what is weighed is not a page.`);
  return scripts;
}

async function weightOf(appUrl, { scripts, weights }) {
  let sum = 0;
  for (const script of scripts) {
    if (!weights.has(script)) weights.set(script, gzipSync(await textOf(`${appUrl}/_next/${script}`)).length);
    sum += weights.get(script);
  }
  return sum;
}

async function textOf(url) {
  const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  if (!answer.ok && answer.status !== 404) throw new Halt(`${url} answered ${String(answer.status)}.`);
  return await answer.text();
}
