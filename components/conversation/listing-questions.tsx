import { useTranslations } from 'next-intl';

import { QuestionForm } from '#components/conversation/question-form.tsx';
import { ReportButton } from '#components/moderation/report-button.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { ShownQuestionView } from '#server/market/messages/message-schema.ts';

interface ListingQuestionsProps {
  listingId: string;
  questions: readonly ShownQuestionView[];
  /** What the reader is to the listing. */
  reader: 'visitor' | 'citizen' | 'seller';
  signInHref: string;
  nextHref: string | null;
}

/** Questions that the seller answered for everybody, and the form to ask one. */
export function ListingQuestions({ listingId, questions, reader, signInHref, nextHref }: ListingQuestionsProps) {
  const t = useTranslations('conversation.questions');
  return (
    <section aria-labelledby="listing-questions" className="flex flex-col gap-4">
      <h2 id="listing-questions" className="text-lg font-semibold">
        {t('title')}
      </h2>
      {questions.length === 0 ? <p className="text-muted">{t('none')}</p> : null}
      <ul className="flex flex-col gap-6">
        {questions.map(({ answerId, questionId, question, answer }) => (
          <li key={answerId} className="flex max-w-prose flex-col gap-2 border-t border-line pt-4">
            <p className="text-sm text-muted">{t('q')}</p>
            <p className="font-medium whitespace-pre-line wrap-anywhere">{question}</p>
            <div className="border-l-4 border-line py-1 pl-3">
              <p className="text-sm text-muted">{t('a')}</p>
              <p className="whitespace-pre-line wrap-anywhere">{answer}</p>
            </div>
            {reader === 'citizen' ? (
              <div>
                <ReportButton subjectKind="message" subjectId={questionId} />
              </div>
            ) : null}
          </li>
        ))}
      </ul>
      {nextHref === null ? null : (
        <div>
          <LinkButton href={nextHref} variant="secondary" size="small" prefetch={false}>
            {t('more')}
          </LinkButton>
        </div>
      )}
      {reader === 'citizen' ? (
        <div className="max-w-prose">
          <QuestionForm listingId={listingId} />
        </div>
      ) : null}
      {reader === 'visitor' ? (
        <p>
          <TextLink href={signInHref}>{t('signIn')}</TextLink>
        </p>
      ) : null}
    </section>
  );
}
