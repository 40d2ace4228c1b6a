import { storedPeopleWords } from '#server/market/people/people-schema.ts';
import type { ModerationAction, SubjectKind } from '#server/market/people/people-schema.ts';

/** What may be decided about a thing: listings are paused, words are hidden. */
export function actionsOn(kind: SubjectKind): ModerationAction[] {
  return kind === 'listing' ? ['dismiss', 'warn', 'pause'] : ['dismiss', 'warn', 'hide'];
}

/** A row's words as they are known; one that says anything else is a defect. */
export function storedDecision<Row extends { subjectKind: string; action: string }>(
  row: Row,
): Omit<Row, 'subjectKind' | 'action'> & { subjectKind: SubjectKind; action: ModerationAction } {
  const { subjectKind, action, ...rest } = row;
  return {
    ...rest,
    subjectKind: storedPeopleWords.subjectKind.parse(subjectKind),
    action: storedPeopleWords.action.parse(action),
  };
}
