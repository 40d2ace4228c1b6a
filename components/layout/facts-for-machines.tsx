/** Facts of the page for machines: data, which no browser runs. The text must have been made safe for a script element. */
export function FactsForMachines({ text }: { text: string }) {
  return <script type="application/ld+json" dangerouslySetInnerHTML={{ __html: text }} />;
}
