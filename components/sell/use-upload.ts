'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { makeKey } from '#components/form/use-attempt.ts';
import { uploadBytesMax } from '#server/market/catalogue/details-schema.ts';
import type { z } from '#server/platform/zod.ts';

type ErrorCode = Parameters<ReturnType<typeof useTranslations<'errors.code'>>>[0];

interface Upload {
  /** Sends the files one after the other; each that arrived is told at once. */
  send: (files: readonly File[]) => Promise<void>;
  isSending: boolean;
  /** What the last refusal means for people. */
  problem: string | null;
}

interface UploadDoor<Answer> {
  addressOf: (id: string, file: File) => string;
  /** Reads what the door answers. */
  answer: z.ZodType<Answer>;
  onArrived: (answer: Answer) => void;
  /** Largest file that the door takes. */
  bytesMax?: number;
}

/** Sends files to a door of uploads, each under an id of its own. */
export function useUpload<Answer>({
  addressOf,
  answer,
  onArrived,
  bytesMax = uploadBytesMax,
}: UploadDoor<Answer>): Upload {
  const byCode = useTranslations('errors.code');
  const unknown = useTranslations('errors')('unknownOutcome');
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const textOf = (code: string | null) => {
    const key = code as ErrorCode;
    if (code === null) return unknown;
    return byCode.has(key) ? byCode(key) : byCode('fallback');
  };
  const send = async (files: readonly File[]) => {
    setSending(true);
    setProblem(null);
    for (const file of files) {
      const sent = await sendOne(file, { address: addressOf(makeKey(), file), bytesMax });
      if ('code' in sent) {
        setProblem(`${file.name}: ${textOf(sent.code)}`);
        break;
      }
      onArrived(answer.parse(sent.arrived));
    }
    setSending(false);
  };
  return { send, isSending, problem };
}

/** What arrived, or the code of the refusal; null where no answer of ours came back. */
async function sendOne(
  file: File,
  { address, bytesMax }: { address: string; bytesMax: number },
): Promise<{ arrived: unknown } | { code: string | null }> {
  if (file.size > bytesMax) return { code: 'body_too_large' };
  try {
    const headers = { 'content-type': file.type === '' ? 'application/octet-stream' : file.type };
    const response = await fetch(address, { method: 'PUT', headers, body: file });
    const body: unknown = await response.json();
    if (response.ok) return { arrived: body };
    return { code: isRefusal(body) ? body.code : null };
  } catch {
    return { code: null };
  }
}

function isRefusal(body: unknown): body is { code: string } {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';
}
