import { useFormatter, useLocale, useTranslations } from 'next-intl';

import { chartBox, shapesOf, type ChartShapes } from '#components/dashboard/chart-shapes.ts';
import { DucatMark } from '#components/money/amount.tsx';
import { formatAmount } from '#server/money/money.ts';
import type { SalesDay } from '#server/market/dashboards/dashboard-schema.ts';

/** Ducats and orders of every day, drawn by the server: it takes no script to read, and the table below says the same. */
export function SalesChart({ days }: { days: readonly SalesDay[] }) {
  const t = useTranslations('dashboard.sales');
  const format = useFormatter();
  const shapes = shapesOf(days);
  const dayText = (day: string | undefined) =>
    format.dateTime(new Date(`${day ?? ''}T12:00:00Z`), { day: 'numeric', month: 'short' });
  const best = days.reduce((top, each) => (each.amountMinor > top.amountMinor ? each : top), days[0] ?? noDay);
  const orders = days.reduce((sum, each) => sum + each.orders, 0);
  const label = t('chart', {
    from: dayText(days[0]?.day),
    to: dayText(days.at(-1)?.day),
    orders,
    best: dayText(best.day),
  });
  const quarters = [0, 1, 2, 3, 4].map((part) => days[Math.floor(((days.length - 1) * part) / 4)]?.day);
  return (
    <figure className="flex flex-col gap-2">
      <div className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-3">
        <DucatTicks ticks={shapes.ducatTicks} />
        <Ducats days={days} shapes={shapes} label={label} />
        <span aria-hidden="true" className="figures flex flex-col justify-between pt-6 text-right text-xs text-muted">
          <span className="leading-4">{format.number(shapes.ordersMax)}</span>
          <span className="leading-4">0</span>
        </span>
        <Orders shapes={shapes} />
        <span aria-hidden="true" />
        <span aria-hidden="true" className="flex justify-between gap-2 pt-1 text-xs text-muted">
          {quarters.map((day, part) => (
            <span key={String(day)} className={part % 2 === 1 ? 'hidden sm:inline' : undefined}>
              {dayText(day)}
            </span>
          ))}
        </span>
      </div>
      <figcaption aria-hidden="true" className="flex flex-wrap gap-x-6 gap-y-1 pt-2 text-sm text-muted">
        <span className="inline-flex items-center gap-2">
          <span className="size-dot bg-accent" /> {t('ducats')}
        </span>
        <span className="inline-flex items-center gap-2">
          <span className="w-6 border-t-2 border-text opacity-70" /> {t('mean')}
        </span>
        <span className="inline-flex items-center gap-2">
          <span className="size-dot bg-gold" /> {t('orders')}
        </span>
      </figcaption>
    </figure>
  );
}

const noDay = { day: '', amountMinor: 0n, orders: 0 };

function DucatTicks({ ticks }: { ticks: readonly number[] }) {
  const format = useFormatter();
  return (
    <span aria-hidden="true" className="figures flex flex-col justify-between text-right text-xs text-muted">
      {ticks.map((tick, index) => (
        <span key={tick} className="-my-2 leading-4 whitespace-nowrap">
          {index === 0 ? <DucatMark /> : null}
          {format.number(tick, { notation: 'compact', maximumFractionDigits: 1 })}
        </span>
      ))}
    </span>
  );
}

interface DucatsProps {
  days: readonly SalesDay[];
  shapes: ChartShapes;
  label: string;
}

function Ducats({ days, shapes, label }: DucatsProps) {
  const t = useTranslations('dashboard.sales');
  const format = useFormatter();
  const locale = useLocale();
  const { width, height } = chartBox;
  const known = new Map(days.map((each) => [each.day, each]));
  const pointText = (day: string) => {
    const { amountMinor, orders } = known.get(day) ?? noDay;
    const when = format.dateTime(new Date(`${day}T12:00:00Z`), { dateStyle: 'medium' });
    return t('point', { day: when, amount: formatAmount(amountMinor, 'DUCAT', { locale }), orders });
  };
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      preserveAspectRatio="none"
      className="block h-[200px] w-full overflow-visible sm:h-[260px]"
    >
      {shapes.ducatTicks.map((_tick, index) => (
        <line
          key={index}
          x1="0"
          x2={width}
          y1={(height * index) / 4}
          y2={(height * index) / 4}
          vectorEffect="non-scaling-stroke"
          className={index === 4 ? 'stroke-border' : 'stroke-line'}
        />
      ))}
      {shapes.ducatBars.map(({ day, ...box }) => (
        <rect key={day} {...box} className="fill-accent hover:fill-accent-strong">
          <title>{pointText(day)}</title>
        </rect>
      ))}
      <path
        d={shapes.mean}
        fill="none"
        strokeWidth="2"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
        className="pointer-events-none stroke-text opacity-70"
      />
    </svg>
  );
}

function Orders({ shapes }: { shapes: ChartShapes }) {
  const { width, strip } = chartBox;
  return (
    <svg
      aria-hidden="true"
      viewBox={`0 0 ${String(width)} ${String(strip)}`}
      preserveAspectRatio="none"
      className="mt-6 block h-[48px] w-full"
    >
      {shapes.orderBars.map(({ day, ...box }) => (
        <rect key={day} {...box} className="fill-gold" />
      ))}
      <line x1="0" x2={width} y1={strip} y2={strip} vectorEffect="non-scaling-stroke" className="stroke-border" />
    </svg>
  );
}
