import { classNames } from '#components/ui/class-names.ts';

const shapes = {
  line: 'h-4 w-full',
  short: 'h-4 w-1/2',
  control: 'h-control w-full',
  cover: 'aspect-cover w-full',
} as const;

/** Holds the place of something that is on its way. The words for it belong to the caller's live region. */
export function Skeleton({ shape = 'line' }: { shape?: keyof typeof shapes }) {
  return <span aria-hidden="true" className={classNames('block rounded-md bg-sunken', shapes[shape])} />;
}
