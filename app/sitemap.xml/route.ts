import { sitemapIndex } from '#app/_reading/sitemap.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { deployment } from '#server/api/deployment.ts';

export const dynamic = 'force-dynamic';

/** The pages of the sitemap: one of what is always there, and one for every 5,000 listings. */
export async function GET(): Promise<Response> {
  const { appUrl } = deployment();
  const starts = await (await serverCaller()).sitemap.starts();
  return sitemapIndex(['pages', ...starts].map((from) => ({ url: `${appUrl}/sitemap/${from}` })));
}
