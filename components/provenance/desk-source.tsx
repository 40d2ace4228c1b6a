import { useSourceName } from '#components/provenance/source-name.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface Source {
  type: string;
  id: string;
}

const followed = ['charge', 'order', 'grant', 'transfer'];

/** A source on the desk, with the way to where its units are. */
export function DeskSource({ source }: { source: Source }) {
  const nameOf = useSourceName();
  const shown = (
    <>
      {nameOf(source)} <code className="text-xs">{source.id.slice(-6)}</code>
    </>
  );
  return followed.includes(source.type) ? (
    <TextLink href={`/operator/provenance?source=${encodeURIComponent(source.id)}`} prefetch={false}>
      {shown}
    </TextLink>
  ) : (
    <span className="text-muted">{shown}</span>
  );
}
