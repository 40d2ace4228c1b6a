import { useTranslations } from 'next-intl';

import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';

export interface DemoCode {
  username: string;
  displayName: string;
  code: string | null;
}

/** The codes of a sandbox, for whoever plays the demo citizens. */
export function CodesTable({ codes, secondsLeft }: { codes: readonly DemoCode[]; secondsLeft: number }) {
  const t = useTranslations('proof.codes');
  const columns: Column<DemoCode>[] = [
    {
      key: 'who',
      header: t('who'),
      isTitle: true,
      cell: ({ displayName, username }) => (
        <span className="flex flex-col">
          <span className="font-medium">{displayName}</span>
          <span className="text-sm text-muted">{username}</span>
        </span>
      ),
    },
    {
      key: 'code',
      header: t('code'),
      align: 'end',
      cell: ({ username, code }) =>
        code === null ? (
          <span className="text-sm text-muted">{t('used', { seconds: secondsLeft })}</span>
        ) : (
          <code data-code-of={username} className="text-lg font-semibold">
            {code}
          </code>
        ),
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={codes} rowKey={({ username }) => username} />;
}
