import { isPageStart, publicPages, sitemapUrls } from '#app/_reading/sitemap.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { deployment } from '#server/api/deployment.ts';

export const dynamic = 'force-dynamic';

/** One page of the sitemap: the fixed pages, or 5,000 listings from one on. */
export async function GET(_request: Request, { params }: { params: Promise<{ from: string }> }): Promise<Response> {
  const { from } = await params;
  const { appUrl } = deployment();
  if (from === 'pages') return sitemapUrls(publicPages.map((path) => ({ url: `${appUrl}${path}` })));
  if (!isPageStart(from)) return new Response(null, { status: 404 });
  const listings = await (await serverCaller()).sitemap.page({ from });
  return sitemapUrls(listings.map(({ id, updatedAt }) => ({ url: `${appUrl}/listings/${id}`, changedAt: updatedAt })));
}
