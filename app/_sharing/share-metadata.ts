import type { Metadata } from 'next';
import { getLocale, getTranslations } from 'next-intl/server';

import { languageAlternates } from '#app/_reading/addresses.ts';
import { currentPath } from '#app/_reading/reading.ts';
import { shareImageSize } from '#app/_sharing/share-image-size.ts';

interface Shared {
  title: string;
  description: string;
  /** Path of the image that stands for the page, without its language. */
  image: string;
}

/** What search engines and other sites are told of a public page: words, addresses in each language, an image. */
export async function shareMetadata({ title, description, image }: Shared): Promise<Metadata> {
  const [alternates, url, locale, common] = await Promise.all([
    languageAlternates(),
    currentPath(),
    getLocale(),
    getTranslations('common'),
  ]);
  const images = [{ url: `/${locale}${image}`, ...shareImageSize, alt: title }];
  return {
    title,
    description,
    alternates,
    openGraph: {
      type: 'website',
      siteName: common('brand'),
      title,
      description,
      locale,
      url,
      images,
    },
    twitter: { card: 'summary_large_image', title, description, images },
  };
}
