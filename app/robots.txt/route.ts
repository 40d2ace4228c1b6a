import { deployment } from '#server/api/deployment.ts';

/** Answered by the running process, never at build time: its settings are not known then. */
export const dynamic = 'force-dynamic';

/** What crawlers may read: the public pages. */
export function GET(): Response {
  const { appUrl, instance } = deployment();
  const lines = [
    'User-agent: *',
    'Disallow: /api/',
    'Disallow: /wallet',
    'Disallow: /orders',
    'Disallow: /sell',
    'Disallow: /operator',
  ];
  return new Response(`${lines.join('\n')}\n\nSitemap: ${appUrl}/sitemap.xml\n`, {
    headers: { 'content-type': 'text/plain; charset=utf-8', 'x-cascade-instance': instance },
  });
}
