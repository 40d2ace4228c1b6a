import { Fragment } from 'react';

import { richText, type RichBlock, type RichInline } from '#components/listing/rich-text-tree.ts';

/** What citizens wrote, with the few marks they may use; everything else of it is text. */
export function RichText({ text }: { text: string }) {
  return (
    <div className="flex max-w-prose flex-col gap-3 break-words">
      {richText(text).map((block, index) => (
        <Block key={index} block={block} />
      ))}
    </div>
  );
}

function Block({ block }: { block: RichBlock }) {
  if (block.kind === 'paragraph') {
    return (
      <p>
        <Inlines inlines={block.children} />
      </p>
    );
  }
  const items = block.items.map((item, index) => (
    <li key={index}>
      <Inlines inlines={item} />
    </li>
  ));
  return block.isOrdered ? <ol className="list-decimal pl-6">{items}</ol> : <ul className="list-disc pl-6">{items}</ul>;
}

function Inlines({ inlines }: { inlines: readonly RichInline[] }) {
  return inlines.map((inline, index) => <Inline key={index} inline={inline} />);
}

function Inline({ inline }: { inline: RichInline }) {
  switch (inline.kind) {
    case 'text':
      return <Fragment>{inline.text}</Fragment>;
    case 'break':
      return <br />;
    case 'strong':
      return (
        <strong className="font-semibold">
          <Inlines inlines={inline.children} />
        </strong>
      );
    case 'emphasis':
      return (
        <em>
          <Inlines inlines={inline.children} />
        </em>
      );
    case 'link':
      return (
        <a
          href={inline.href}
          rel="nofollow ugc noopener noreferrer"
          className="text-accent underline decoration-1 underline-offset-4 hover:text-accent-strong hover:decoration-2"
        >
          <Inlines inlines={inline.children} />
        </a>
      );
  }
}
