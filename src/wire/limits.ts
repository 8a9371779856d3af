/** Sizes both ends of the wire agree on. The store refuses what is larger; the client splits before it sends. */

const MEBIBYTE = 2 ** 20;

/** The largest body of one upload. A file over this travels, and is stored, in parts. */
export const BLOB_BYTES = 50 * MEBIBYTE;
/** What the client cuts a larger file into. The last part may be shorter. */
export const PART_BYTES = 16 * MEBIBYTE;
/** Parts of one file: 256 × 16 MiB = 4 GiB. */
export const PARTS_PER_FILE = 256;
export const FILES_PER_VERSION = 5000;
/** A publication's JSON: 5,000 files at about 300 bytes. Its list of files is one value in D1, which takes 2 MB. */
export const PUBLICATION_BYTES = 1_900_000;
/** Any other JSON body. */
export const MESSAGE_BYTES = 256 * 1024;
/** Hashes asked about in one `missing` request. */
export const HASHES_PER_QUESTION = 1000;
export const COVER_BYTES = 2 * MEBIBYTE;
/** A safetensors header: thousands of tensors fit, a bomb does not. */
export const SAFETENSORS_HEADER_BYTES = MEBIBYTE;
export const TENSORS_PER_MODEL = 10_000;
/** Samples of one image that its header may claim. */
export const PIXELS_PER_IMAGE = 2 ** 31;
