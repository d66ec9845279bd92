/** What a test cannot go on without; above all a process id, for a signal to 0 would reach the test runner itself. */
export function needed<Value>(value: Value | null | undefined | 0): Value {
  if (value === null || value === undefined || value === 0) throw new Error('it is not there');
  return value;
}
