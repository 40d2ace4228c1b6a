export { default, generateMetadata } from '#app/(public)/reserve/page.tsx';
