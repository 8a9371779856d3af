/** `mendscope-noise-axial.safetensors`, from the names of a model's tasks. */
export function modelFileName(tasks: string[]): string {
  const slug = tasks
    .join('-')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60);
  return `mendscope-${slug || 'model'}.safetensors`;
}
