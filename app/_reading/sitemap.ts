/** Pages that are the same for everybody, in the order of their weight. */
export const publicPages = ['/', '/market', '/fees', '/help', '/terms', '/privacy', '/reserve'] as const;

interface SitemapAddress {
  url: string;
  changedAt?: Date;
}

const namespace = 'http://www.sitemaps.org/schemas/sitemap/0.9';

/** Whether an address names a listing with which a page may begin. */
export function isPageStart(from: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(from);
}

/** The index of a sitemap (sitemaps.org): the addresses of its pages. */
export function sitemapIndex(addresses: readonly SitemapAddress[]): Response {
  return answer(
    'sitemapindex',
    addresses.map((address) => element('sitemap', address)),
  );
}

/** One page of a sitemap. */
export function sitemapUrls(addresses: readonly SitemapAddress[]): Response {
  return answer(
    'urlset',
    addresses.map((address) => element('url', address)),
  );
}

function element(name: string, { url, changedAt }: SitemapAddress): string {
  const changed = changedAt === undefined ? '' : `<lastmod>${changedAt.toISOString()}</lastmod>`;
  return `<${name}><loc>${escaped(url)}</loc>${changed}</${name}>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function answer(root: string, elements: readonly string[]): Response {
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${namespace}">\n${elements.join('\n')}\n</${root}>\n`;
  return new Response(body, { headers: { 'content-type': 'application/xml; charset=utf-8' } });
}
