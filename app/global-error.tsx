'use client';

import './globals.css';

import { useSyncExternalStore } from 'react';

import { fontVariables } from '#app/_fonts/fonts.ts';
import commonEnglish from '#app/_messages/en/common.json';
import failureEnglish from '#app/_messages/en/failure.json';
import commonItalian from '#app/_messages/it/common.json';
import failureItalian from '#app/_messages/it/failure.json';
import { buttonClass } from '#components/ui/button-class.ts';

const texts = {
  en: { common: commonEnglish, failure: failureEnglish },
  it: { common: commonItalian, failure: failureItalian },
} as const;

const never = () => () => undefined;

/** The last resort, when even the frame of the page failed: it brings its own words and looks. */
export default function GlobalError({ error }: { error: Error & { digest?: string } }) {
  const language = useSyncExternalStore(never, chosenLanguage, () => 'en' as const);
  const { common, failure } = texts[language];
  return (
    <html lang={language} data-theme="system" className={fontVariables}>
      <body className="bg-page font-sans text-text antialiased">
        <title>{failure.title}</title>
        <main className="mx-auto flex max-w-prose flex-col items-start gap-6 px-4 py-16">
          <p className="font-display text-display-sm font-semibold tracking-wordmark">{common.brand}</p>
          <h1 className="font-display text-display font-semibold">{failure.title}</h1>
          <p className="text-lg text-muted">{failure.text}</p>
          {/* A full load, not a client navigation: the application around this page is gone. */}
          <a href="/" className={buttonClass({})}>
            {common.home}
          </a>
          {error.digest === undefined ? null : (
            <p className="figures text-sm text-muted">{failure.reference.replace('{reference}', error.digest)}</p>
          )}
        </main>
      </body>
    </html>
  );
}

function chosenLanguage(): 'en' | 'it' {
  const cookie = /(?:^|;\s*)cascade-locale=(en|it)/.exec(document.cookie)?.[1];
  return (cookie ?? navigator.language.slice(0, 2)) === 'it' ? 'it' : 'en';
}
