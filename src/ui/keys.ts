/** True where a key press belongs to a field, a slider or a menu rather than to the page. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  if (!(target instanceof HTMLElement)) return false;
  const role = target.getAttribute('role') ?? '';
  return (
    target.isContentEditable ||
    ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName) ||
    ['slider', 'combobox', 'listbox', 'menuitem', 'textbox', 'scrollbar'].includes(role)
  );
}
