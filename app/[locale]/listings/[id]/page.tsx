export { default, generateMetadata } from '#app/(public)/listings/[id]/page.tsx';
