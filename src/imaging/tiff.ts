export { isTiff } from './tiff/directory';
export { readTiff } from './tiff/read';
export { writeTiff } from './tiff/write';
