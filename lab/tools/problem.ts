/** Something the user can put right; `message` is one sentence: what, where, which rule, what to do. No stack is shown. */
export class ToolProblem extends Error {
  override readonly name = "ToolProblem";
}
