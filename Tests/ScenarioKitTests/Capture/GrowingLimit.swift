/// What a run gives whose program has a time limit and hangs, with a limit long enough for what the program does before.
///
/// That a run is over when its limit is takes no more than that; but a busy machine may give a program nothing to do for as
/// long. So it is run again with a longer limit, up to sixteen times the first, until the result is enough.
func withGrowingLimit<Result>(
  from first: Duration, _ body: (Duration) throws -> Result, isEnough: (Result) -> Bool
) rethrows -> Result {
  for limit in [first, first * 4] {
    let result = try body(limit)
    if isEnough(result) { return result }
  }
  return try body(first * 16)
}
