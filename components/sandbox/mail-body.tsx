import { Fragment } from 'react';

import { TextLink } from '#components/ui/text-link.tsx';

/** The text of a letter, its addresses as links. */
export function MailBody({ text }: { text: string }) {
  return (
    <p className="whitespace-pre-wrap wrap-anywhere">
      {text.split(/(https?:\/\/\S+)/).map((part, index) => (
        <Fragment key={index}>
          {index % 2 === 1 ? (
            <TextLink href={part} prefetch={false}>
              {part}
            </TextLink>
          ) : (
            part
          )}
        </Fragment>
      ))}
    </p>
  );
}
