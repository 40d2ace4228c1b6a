import { renderSVG } from 'uqr';

/** Always dark on light: many cameras read nothing else. The quiet zone around it is the standard's four modules. */
export function QrCode({ text, label }: { text: string; label: string }) {
  return (
    <div
      role="img"
      aria-label={label}
      className="w-full max-w-[216px] overflow-hidden rounded-md border border-line [&>svg]:block"
      dangerouslySetInnerHTML={{ __html: renderSVG(text, { border: 4 }) }}
    />
  );
}
