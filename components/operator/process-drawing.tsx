import { useTranslations } from 'next-intl';

import { box, layoutOf, waysOf } from '#components/operator/process-layout.ts';
import type { DrawnState } from '#components/operator/process-layout.ts';
import { Card } from '#components/ui/card.tsx';
import { Table } from '#components/ui/table.tsx';
import type { ProcessDrawing, ProcessStep } from '#server/market/orders/process-views.ts';

/** One version of the order process, drawn from the data that orders follow, with the same in words. */
export function ProcessFigure({ process }: { process: ProcessDrawing }) {
  const t = useTranslations('process');
  const id = `process-${String(process.version)}`;
  return (
    <Card as="section" labelledBy={id}>
      <div className="flex min-w-0 flex-col gap-6">
        <h2 id={id} className="text-lg font-semibold">
          {t(process.isCurrent ? 'current' : 'earlier', { version: process.version })}
        </h2>
        <div
          tabIndex={0}
          role="region"
          aria-label={t('drawing', { version: process.version })}
          className="overflow-x-auto"
        >
          <Drawing process={process} />
        </div>
        <Steps process={process} />
      </div>
    </Card>
  );
}

function Drawing({ process }: { process: ProcessDrawing }) {
  const t = useTranslations('process');
  const { width, height, states, arrows } = layoutOf(process);
  const head = `arrow-${String(process.version)}`;
  return (
    <svg
      role="img"
      aria-label={t('inWords')}
      width={width}
      height={height}
      viewBox={`0 0 ${String(width)} ${String(height)}`}
      className="mx-auto"
    >
      <defs>
        <marker id={head} viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" orient="auto">
          <path d="M 0 0 L 8 4 L 0 8 z" className="fill-border" />
        </marker>
      </defs>
      {arrows.map(({ number, path }) => (
        <path key={number} d={path} className="fill-none stroke-border" strokeWidth="1.5" markerEnd={`url(#${head})`} />
      ))}
      {states.map((state) => (
        <StateBox key={state.state} drawn={state} process={process} />
      ))}
      {arrows.map(({ number, x, y }) => (
        <g key={number}>
          <circle cx={x} cy={y} r="11" className="fill-surface stroke-border" />
          <text x={x} y={y + 4} textAnchor="middle" className="fill-text text-xs">
            {number}
          </text>
        </g>
      ))}
    </svg>
  );
}

function StateBox({ drawn, process }: { drawn: DrawnState; process: ProcessDrawing }) {
  const t = useTranslations('process');
  const names = useTranslations('order.state');
  const { state, isOpen, x, y } = drawn;
  const timer = process.states.find((one) => one.state === state)?.timer ?? null;
  const middle = x + box.width / 2;
  return (
    <g>
      <rect
        x={x}
        y={y}
        width={box.width}
        height={box.height}
        rx="6"
        className={isOpen ? 'fill-accent-soft stroke-accent' : 'fill-surface stroke-border'}
      />
      <text
        x={middle}
        y={y + (timer === null ? 37 : 28)}
        textAnchor="middle"
        className="fill-text text-sm font-semibold"
      >
        {names(state)}
      </text>
      {timer === null ? null : (
        <text x={middle} y={y + 48} textAnchor="middle" className="fill-text text-xs">
          {t('timer', { days: timer.afterDays })}
        </text>
      )}
    </g>
  );
}

function Steps({ process }: { process: ProcessDrawing }) {
  const t = useTranslations('process');
  const states = useTranslations('order.state');
  const ways = waysOf(process);
  const numberOf = ({ from, to }: ProcessStep) => ways.find((way) => way.from === from && way.to === to)?.number;
  const isTimed = ({ from, actor, action }: ProcessStep) =>
    actor === 'system' && process.states.some(({ state, timer }) => state === from && timer?.action === action);
  const timerOf = (step: ProcessStep) => process.states.find(({ state }) => state === step.from)?.timer?.afterDays ?? 0;
  return (
    <Table
      caption={t('steps', { version: process.version })}
      rows={process.steps}
      rowKey={({ from, action, actor }) => `${from} ${action} ${actor}`}
      columns={[
        { key: 'step', header: t('step'), isTitle: true, cell: ({ action }) => t(`action.${action}`) },
        { key: 'number', header: t('number'), cell: (step) => numberOf(step) ?? t('stays') },
        { key: 'from', header: t('from'), cell: ({ from }) => states(from) },
        { key: 'to', header: t('to'), cell: ({ to }) => states(to) },
        {
          key: 'actor',
          header: t('actor'),
          cell: (step) => (isTimed(step) ? t('afterDays', { days: timerOf(step) }) : t(`by.${step.actor}`)),
        },
        {
          key: 'effect',
          header: t('effect'),
          cell: ({ effect, template }) =>
            template === null ? t('effects.none') : t('booked', { effect: t(`effects.${effect}`), template }),
        },
      ]}
    />
  );
}
