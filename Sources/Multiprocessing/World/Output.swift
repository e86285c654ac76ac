/// Prints one line to standard output, like Python's `print` with its `flush` argument.
///
/// The text and its line feed leave the process in one piece, so lines of several processes never mix inside a line. With
/// `flush` false the line is buffered as C's standard output buffers it, and is lost if the process is killed before the
/// buffer is written. May block while the reader is slow.
public func print(_ text: String, flush: Bool) {
  CurrentWorld.world.print(text, flush: flush)
}

/// Blocks the calling thread for a time, like Python's `time.sleep`.
///
/// The scale of time that a scenario runs under applies; a signal does not shorten it. Not for `async` code: it blocks a
/// thread.
@available(*, noasync, message: "This blocks the thread; use Task.sleep(for:).")
public func sleep(for duration: Duration) {
  CurrentWorld.world.sleep(for: duration)
}

/// Draws a number uniformly from a range, like Python's `random.uniform`, without the upper bound.
///
/// The system's generator, or a stream of its own for each process where a seed was given to the scenario.
public func random(in range: Range<Double>) -> Double {
  CurrentWorld.world.random(in: range)
}
