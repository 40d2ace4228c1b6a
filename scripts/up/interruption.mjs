import { Halt } from './halt.mjs';

/** npm passes Ctrl-C on although the terminal has sent it already: only a later one means impatience. */
const impatienceMs = 2_000;
const parentWatchMs = 500;

/** A request to stop, by Ctrl-C or a signal. Made once, at the start of a script. */
export class Interruption {
  isRequested = false;
  #requestedAt = 0;
  #reject;
  #requested;
  #impatient = () => undefined;

  constructor() {
    this.#requested = new Promise((_resolve, reject) => {
      this.#reject = reject;
    });
    this.#requested.catch(() => undefined);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => this.#receive());
    if (process.env.npm_lifecycle_event !== undefined) this.#watchParent();
  }

  /** Called when a second request arrives while the first is still being honoured. */
  onImpatience(listener) {
    this.#impatient = listener;
  }

  /** Waits for the work, or throws as soon as a stop is requested. */
  orEndOf(work) {
    return Promise.race([work, this.#requested]);
  }

  /** A signal that ends npm may never reach us, because the shell between dies of it: then the parent is gone. */
  #watchParent() {
    const parent = process.ppid;
    const watch = () => {
      if (process.ppid !== parent && !this.isRequested) this.#receive();
    };
    setInterval(watch, parentWatchMs).unref();
  }

  #receive() {
    if (this.isRequested) {
      if (Date.now() - this.#requestedAt > impatienceMs) this.#impatient();
      return;
    }
    this.isRequested = true;
    this.#requestedAt = Date.now();
    this.#reject(new Halt('interrupted'));
  }
}
