/**
 * What a user gave cannot be used: says what was got, what was wanted and how to put it right.
 *
 * Every reader, pairing rule and setting of `src/imaging` refuses with this class and nothing else, so that a page or
 * a terminal can show the three parts as they are.
 */
export class BadInputError extends Error {
  readonly got: string;
  readonly wanted: string;
  readonly fix: string;

  /**
   * @param got what was found, with its numbers and the file's name where there is one
   * @param wanted what can be used instead
   * @param fix what the user can do about it, as an instruction
   */
  constructor(got: string, wanted: string, fix: string) {
    super(`Got ${got}; wanted ${wanted}. ${fix}`);
    this.name = 'BadInputError';
    this.got = got;
    this.wanted = wanted;
    this.fix = fix;
  }
}
