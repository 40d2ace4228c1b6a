export { default, generateMetadata } from '#app/(public)/fees/page.tsx';
