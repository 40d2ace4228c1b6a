'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { makeKey } from '#components/form/use-attempt.ts';
import { uploadBytesMax } from '#server/market/catalogue/details-schema.ts';
import type { z } from '#server/platform/zod.ts';

type ErrorCode = Parameters<ReturnType<typeof useTranslations<'errors.code'>>>[0];

export interface Upload {
  /** Sends the files one after the other; each that arrived is told at once. */
  send: (files: readonly File[]) => Promise<void>;
  isSending: boolean;
  /** What the last refusal means for people. */
  problem: string | null;
}

interface UploadDoor<Answer> {
  addressOf: (id: string, name: string) => string;
  /** Beside the type of the file. */
  headersOf?: (name: string) => Record<string, string>;
  /** Reads what the door answers; null where it answers nothing. */
  answer: z.ZodType<Answer>;
  onArrived: (answer: Answer, file: { id: string; name: string }) => void;
  /** Largest file that the door takes. */
  bytesMax?: number;
  /** Told when files begin to be on their way, and when none is any more. */
  onBusy?: (isBusy: boolean) => void;
}

/** Sends files to a door of uploads, each under an id of its own. */
export function useUpload<Answer>(door: UploadDoor<Answer>): Upload {
  const { onArrived, onBusy } = door;
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
    if (files.length === 0) return;
    setSending(true);
    onBusy?.(true);
    setProblem(null);
    for (const file of files) {
      const id = makeKey();
      const sent = await sendOne(file, id, door);
      if ('code' in sent) {
        setProblem(`${file.name}: ${textOf(sent.code)}`);
        break;
      }
      onArrived(sent.arrived, { id, name: file.name });
    }
    setSending(false);
    onBusy?.(false);
  };
  return { send, isSending, problem };
}

/** What arrived, or the code of the refusal; null where no answer of ours came back. */
async function sendOne<Answer>(
  file: File,
  id: string,
  { addressOf, headersOf, answer, bytesMax = uploadBytesMax }: UploadDoor<Answer>,
): Promise<{ arrived: Answer } | { code: string | null }> {
  if (file.size > bytesMax) return { code: 'body_too_large' };
  // The name of a file can hold halves of signs, which no address can.
  const name = file.name.toWellFormed();
  const type = file.type === '' ? 'application/octet-stream' : file.type;
  try {
    const headers = { 'content-type': type, ...headersOf?.(name) };
    const response = await fetch(addressOf(id, name), { method: 'PUT', headers, body: file });
    const text = await response.text();
    const body: unknown = text === '' ? null : JSON.parse(text);
    if (!response.ok) return { code: isRefusal(body) ? body.code : null };
    const read = answer.safeParse(body);
    return read.success ? { arrived: read.data } : { code: null };
  } catch {
    return { code: null };
  }
}

function isRefusal(body: unknown): body is { code: string } {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';
}
