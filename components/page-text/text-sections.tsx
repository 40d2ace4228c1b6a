import type { ReactNode } from 'react';

export interface TextSection {
  key: string;
  title: string;
  paragraphs: readonly ReactNode[];
}

/** A page of words: headed sections of a few paragraphs each, with addresses to link to. */
export function TextSections({ sections }: { sections: readonly TextSection[] }) {
  return (
    <div className="flex flex-col gap-10">
      {sections.map(({ key, title, paragraphs }) => (
        <section key={key} aria-labelledby={key} className="flex flex-col gap-3">
          <h2 id={key} className="font-display text-display-sm font-semibold">
            {title}
          </h2>
          {paragraphs.map((paragraph, index) => (
            <p key={index} className="text-pretty">
              {paragraph}
            </p>
          ))}
        </section>
      ))}
    </div>
  );
}
