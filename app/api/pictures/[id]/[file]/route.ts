export { pictureDoor as GET } from '#server/api/upload-doors.ts';
