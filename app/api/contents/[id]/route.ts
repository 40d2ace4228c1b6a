export { contentDoor as GET, contentDoor as PUT } from '#server/api/upload-doors.ts';
