export function removePostgresData(folder: string): Promise<void>;
