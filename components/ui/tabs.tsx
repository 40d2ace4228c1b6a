import Link from 'next/link';

import { classNames } from '#components/ui/class-names.ts';
import { OnItsWay } from '#components/ui/on-its-way.tsx';

export interface Tab {
  href: string;
  label: string;
  current: boolean;
}

/**
 * Tabs that are links: each view has an address and works without JavaScript. Where they do not fit they wrap: one that is
 * scrolled out of sight, which may be the present one, nobody finds.
 */
export function Tabs({ label, tabs }: { label: string; tabs: readonly Tab[] }) {
  return (
    <nav aria-label={label} className="border-b border-line">
      <ul className="-mb-px flex flex-wrap gap-x-4 max-sm:text-sm sm:gap-x-6">
        {tabs.map((tab) => (
          <li key={tab.href}>
            <Link
              href={tab.href}
              aria-current={tab.current ? 'page' : undefined}
              className={classNames(
                'inline-flex min-h-control items-center border-b-2 whitespace-nowrap transition-colors',
                tab.current ? 'border-accent font-medium text-text' : 'border-transparent text-muted hover:text-text',
              )}
            >
              {tab.label}
              <OnItsWay />
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
