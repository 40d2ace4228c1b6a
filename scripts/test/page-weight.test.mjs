import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkPageWeight, ownScriptsMax, scriptsIn } from './page-weight.mjs';

const listing = '/listings/01a1fcbb-48d6-77f9-916f-4816045f2dba';
const links = `<a href="${listing}">Goblet</a><a href="/sellers/glass">Glass</a>`;
const frame = '<script src="/_next/static/chunks/frame.js" async=""></script>';
/** Random letters hardly shrink. */
const letters = (length) => randomBytes(length).toString('base64url').slice(0, length);
const scripts = new Map([
  ['frame', letters(200_000)],
  ['light', letters(20_000)],
  ['heavy', letters(ownScriptsMax * 2)],
]);
let ofMarket = 'light';
let server;
let appUrl;

beforeAll(async () => {
  server = createServer(({ url }, answer) => {
    const script = /chunks\/(\w+)\.js$/.exec(url)?.[1];
    const own = url === '/market' ? `<script>self.__next_f.push(["static/chunks/${ofMarket}.js"])</script>` : '';
    if (url.startsWith('/there-is')) answer.statusCode = 404;
    answer.end(script === undefined ? `${frame}${own}${links}` : scripts.get(script));
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  appUrl = `http://127.0.0.1:${String(server.address().port)}`;
});

afterAll(() => new Promise((resolve) => server.close(resolve)));

test('scripts are found as elements and within the data of islands, each once, and those for old browsers are not', () => {
  const html =
    '<script src="/_next/static/chunks/a.js" async></script><script src="/_next/static/chunks/old.js" noModule=""></script>' +
    '<script>push("[\\"/_next/static/chunks/b-1.js\\",\\"/_next/static/chunks/a.js\\"]")</script>';
  expect([...scriptsIn(html)]).toEqual(['static/chunks/a.js', 'static/chunks/b-1.js']);
});

test('what the frame loads for every page does not count for one of them', async () => {
  ofMarket = 'light';
  const lines = await checkPageWeight(appUrl);
  expect(lines[0]).toBe('/: 0 bytes of scripts above an empty page');
  expect(lines[1]).toMatch(/^\/market: 1\d{4} bytes/);
});

test('a page with a heavy island of its own is refused by name', async () => {
  ofMarket = 'heavy';
  await expect(checkPageWeight(appUrl)).rejects.toThrow(/^\/market: \d+ bytes[^]*heavy\.js$/);
});
