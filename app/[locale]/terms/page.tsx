export { default, generateMetadata } from '#app/(public)/terms/page.tsx';
