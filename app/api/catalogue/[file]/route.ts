export { catalogueDoor as GET } from '#server/api/catalogue-doors.ts';
