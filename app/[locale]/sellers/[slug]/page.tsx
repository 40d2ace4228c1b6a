export { default, generateMetadata } from '#app/(public)/sellers/[slug]/page.tsx';
