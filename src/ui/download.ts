/** Hands bytes to the browser as a file to save. */
export function download(bytes: BlobPart, name: string, type = 'application/octet-stream'): void {
  const url = URL.createObjectURL(new Blob([bytes], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  // The browser has read the address by the next task, but Safari wants it a little longer.
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
