/** Files as the user gives them: picked, picked by folder, or dropped, folders included. */
export interface PickedFile {
  file: File;
  /** With its folders where the browser tells them, `folder/name.tif`. */
  path: string;
}

/** What the page can read; other files of a folder are passed over. */
const READABLE = /\.(tiff?|png|npz|npy)$/i;

export const ACCEPT = '.tif,.tiff,.png,.npz,.npy';

export function pickedOf(list: FileList | null): PickedFile[] {
  return [...(list ?? [])].map((file) => ({ file, path: file.webkitRelativePath || file.name })).filter(isWanted);
}

/** A single file is taken whatever its name, so that its refusal can be explained; hidden files never are. */
function isWanted({ path }: PickedFile): boolean {
  const name = path.split('/').pop() ?? '';
  return !name.startsWith('.') && (READABLE.test(name) || !path.includes('/'));
}

/** Call it inside the drop event: the browser forgets the items afterwards. */
export async function droppedFiles(transfer: DataTransfer): Promise<PickedFile[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found = await Promise.all(entries.map((entry) => filesUnder(entry, '')));
  return found.flat().filter(isWanted);
}

async function filesUnder(entry: FileSystemEntry, folder: string): Promise<PickedFile[]> {
  const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    return [{ file, path }];
  }
  if (!(entry instanceof FileSystemDirectoryEntry)) return [];
  const reader = entry.createReader();
  const children: FileSystemEntry[] = [];
  // A reader answers in portions and ends with an empty one.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (portion.length === 0) break;
    children.push(...portion);
  }
  const found = await Promise.all(children.map((child) => filesUnder(child, path)));
  return found.flat();
}
