/** One small bug, and the test that must notice it. */
export interface Mutant {
  readonly name: string;
  /** From the root of the tree. */
  readonly file: string;
  /** Text that occurs exactly once in the file, within one line. */
  readonly find: string;
  readonly replace: string;
  /** The test file, from the root of the tree. */
  readonly test: string;
  /** The test's own title. */
  readonly story: string;
  /** The title as its file has it, where the test is one row of a table. */
  readonly template?: string;
}
