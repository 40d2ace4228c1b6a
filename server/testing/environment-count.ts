/** How many: what a variable of the environment says, where it says a number above zero; else the usual. */
export function countFromEnvironment(name: string, usual: number): number {
  const wanted = Number.parseInt(process.env[name] ?? '', 10);
  return Number.isSafeInteger(wanted) && wanted > 0 ? wanted : usual;
}
