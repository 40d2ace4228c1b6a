export { default, generateMetadata } from '#app/(public)/help/page.tsx';
