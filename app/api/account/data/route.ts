export { accountDataDoor as GET } from '#server/api/doors.ts';
