/**
 * A body that is written while it is sent: reads on only when the client has taken what it got, and no more once they have
 * left. The first piece is read before the answer begins, so that a failure is still a proper refusal.
 */
export async function streamedText(pieces: AsyncGenerator<string, void>): Promise<ReadableStream<Uint8Array>> {
  const encoder = new TextEncoder();
  const first = await pieces.next();
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      controller.enqueue(encoder.encode(first.done === true ? '' : first.value));
    },
    pull: async (controller) => {
      const next = await pieces.next();
      if (next.done === true) controller.close();
      else controller.enqueue(encoder.encode(next.value));
    },
    cancel: async () => {
      await pieces.return();
    },
  });
}
