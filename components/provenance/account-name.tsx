import { useTranslations } from 'next-intl';

import { TextLink } from '#components/ui/text-link.tsx';
import type { AccountKind } from '#server/ledger/kinds.ts';

export interface NamedAccount {
  accountId: bigint;
  kind: AccountKind;
  owner: string;
  username: string | null;
}

/** An account by its owner's name or what it is of the house, with the way to its lots. */
export function AccountName({ account }: { account: NamedAccount }) {
  const t = useTranslations('provenance.desk.accountKinds');
  const kinds = useTranslations('operator.totals.kinds');
  const { accountId, kind, owner, username } = account;
  const name =
    owner === 'house' ? kinds(kind) : (username ?? `${kinds(kind)}, ${t('number', { id: String(accountId) })}`);
  return (
    <TextLink href={`/operator/provenance?account=${String(accountId)}`} prefetch={false}>
      {name}
    </TextLink>
  );
}
