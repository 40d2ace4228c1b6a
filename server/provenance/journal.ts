import { furtherTable, type FurtherTruth } from '#server/ledger/journal/tables.ts';

/**
 * What callers noted beside the books and nobody could find again: with it an imported journal comes to the very same
 * lots. Everything else is projected anew.
 */
export const provenanceTruth: FurtherTruth = {
  sections: [
    furtherTable(
      'lot_note',
      ['transfer_id'],
      'transfer_id uuid, kind text, source_type text, source_id text, hold_until time?, expires_at time?',
    ),
    furtherTable('lot_take', ['transfer_id'], 'transfer_id uuid, rule jsonb'),
    furtherTable(
      'lot_hold',
      ['id'],
      `id uuid, source_type text?, source_id text?, account_id bigint?, hold_until time?, is_lift boolean, reason text,
       noted_at time, effective_at time`,
    ),
  ],
  derived: ['lot', 'lot_fact', 'lot_move', 'lot_restored', 'lot_defect', 'lot_progress'],
};
