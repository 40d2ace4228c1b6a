export { statementDoor as GET } from '#server/api/doors.ts';
