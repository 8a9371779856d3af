/** The device has not the memory asked for. Nothing was made; something smaller may fit. */
export class OutOfMemoryError extends Error {
  constructor(where: string, bytes: number, why: string) {
    super(`${where}: got a device without ${(bytes / 2 ** 20).toFixed(0)} MiB to give (${why}); ask for less`);
    this.name = 'OutOfMemoryError';
  }
}
