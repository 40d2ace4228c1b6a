import { Picture } from '#components/listing/picture.tsx';

/** Pictures that were reported, small and beside each other; what they say stands around them. */
export function PictureRow({ pictureIds }: { pictureIds: readonly string[] }) {
  if (pictureIds.length === 0) return null;
  return (
    <span className="flex flex-wrap gap-2">
      {pictureIds.map((id) => (
        <span key={id} className="block w-[160px] overflow-hidden rounded-md border border-line">
          <Picture id={id} alt="" sizes="160px" fit="contain" />
        </span>
      ))}
    </span>
  );
}
