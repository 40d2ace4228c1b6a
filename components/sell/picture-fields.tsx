'use client';

import { useTranslations } from 'next-intl';

import { Picture } from '#components/listing/picture.tsx';
import { FileChooser } from '#components/sell/file-chooser.tsx';
import { useUpload } from '#components/sell/use-upload.ts';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import {
  pictureAltLength,
  picturesMax,
  sentPicture,
  type ListingPicture,
} from '#server/market/catalogue/details-schema.ts';

interface PictureFieldsProps {
  pictures: readonly ListingPicture[];
  /** Changes the list as it then is, for pictures arrive one after the other. */
  onChange: (change: (pictures: readonly ListingPicture[]) => readonly ListingPicture[]) => void;
  onBusy: (isBusy: boolean) => void;
}

/** Up to eight pictures in an order, the first for the card, each with words for those who do not see it. */
export function PictureFields({ pictures, onChange, onBusy }: PictureFieldsProps) {
  const t = useTranslations('sell.form');
  const upload = useUpload({
    addressOf: (uploadId) => `/api/uploads/${uploadId}`,
    answer: sentPicture,
    onArrived: ({ id }) => onChange((before) => [...before, { id, alt: '' }].slice(0, picturesMax)),
    onBusy,
  });
  const move = (from: number, to: number) => {
    onChange((before) => {
      const moved = before[from];
      if (moved === undefined) return before;
      return before.filter((_picture, index) => index !== from).toSpliced(to, 0, moved);
    });
  };
  return (
    <fieldset className="flex min-w-0 flex-col gap-4">
      <legend className="pb-1 text-lg font-semibold">{t('pictures')}</legend>
      <p className="text-sm text-muted">{t('picturesHint', { max: picturesMax })}</p>
      <ol className="flex flex-col gap-4">
        {pictures.map((picture, index) => (
          <PictureRow
            key={picture.id}
            picture={picture}
            number={index + 1}
            isLast={index === pictures.length - 1}
            onMove={(step) => move(index, index + step)}
            onType={(alt) =>
              onChange((before) => before.map((each) => (each.id === picture.id ? { ...each, alt } : each)))
            }
            onRemove={() => onChange((before) => before.filter((each) => each.id !== picture.id))}
          />
        ))}
      </ol>
      <FileChooser
        label={t('choosePictures')}
        button={t('addPictures')}
        accept="image/jpeg,image/png,image/webp,image/gif"
        most={picturesMax - pictures.length}
        upload={upload}
      />
    </fieldset>
  );
}

interface PictureRowProps {
  picture: ListingPicture;
  number: number;
  isLast: boolean;
  onMove: (step: -1 | 1) => void;
  onType: (alt: string) => void;
  onRemove: () => void;
}

function PictureRow({ picture, number, isLast, onMove, onType, onRemove }: PictureRowProps) {
  const t = useTranslations('sell.form');
  return (
    <li className="grid grid-cols-[5rem_1fr] items-start gap-3 sm:grid-cols-[8rem_1fr]">
      <div className="overflow-hidden rounded-md border border-line">
        <Picture id={picture.id} alt="" sizes="8rem" fit="cover" />
      </div>
      <div className="flex min-w-0 flex-col gap-2">
        <Field id={`picture-alt-${picture.id}`} label={t('pictureAlt', { number })}>
          {(control) => (
            <Input
              {...control}
              autoComplete="off"
              maxLength={pictureAltLength.max}
              value={picture.alt}
              onChange={(event) => onType(event.target.value)}
            />
          )}
        </Field>
        <div className="flex flex-wrap gap-2">
          {number === 1 ? null : (
            <Button variant="secondary" size="small" aria-label={t('pictureUp', { number })} onClick={() => onMove(-1)}>
              {t('up')}
            </Button>
          )}
          {isLast ? null : (
            <Button
              variant="secondary"
              size="small"
              aria-label={t('pictureDown', { number })}
              onClick={() => onMove(1)}
            >
              {t('down')}
            </Button>
          )}
          <Button variant="secondary" size="small" aria-label={t('pictureRemove', { number })} onClick={onRemove}>
            {t('remove')}
          </Button>
        </div>
      </div>
    </li>
  );
}
