import PoolCore

/// What pools and their workers record.
extension Trace {
  /// A task as people read it: the type behind `Run<…>`.
  static func title(of function: Any.Type) -> String {
    var name = String(describing: function)
    while name.hasSuffix(">"), let wrapper = ["Run<", "Splat<", "Attempt<"].first(where: { name.hasPrefix($0) }) {
      name = String(name.dropFirst(wrapper.count).dropLast())
    }
    return name
  }

  /// The title of an encoded chunk.
  static func title(of bytes: UnsafeRawBufferPointer) -> String {
    var reader = WireReader(bytes)
    let name = try? Wire.decode(String.self, from: &reader)
    return name.flatMap(TypeName.find).map(title) ?? "task"
  }

  private static func arrow(_ pool: Int, _ chunk: Chunk) -> String { "\(pool).\(chunk.job.rawValue).\(chunk.index)" }

  private static func details(_ chunk: Chunk) -> [(name: String, value: String)] {
    [("job", "\(chunk.job.rawValue)"), ("chunk", "\(chunk.index)")]
  }

  // MARK: The parent's side

  /// A job, from its submission to its outcome; `pool` is the address of what runs it.
  static func job(_ phase: TraceEvent.Phase, _ title: String, _ id: JobID, of pool: AnyObject, at time: Int64) {
    let address = UInt(bitPattern: ObjectIdentifier(pool))
    add(
      TraceEvent(
        phase: phase, name: title, category: "job", time: time, id: "\(String(address, radix: 16)).\(id.rawValue)"))
  }

  /// A chunk went into the queue.
  static func sent(_ chunk: Chunk, _ title: String, pool: Int, since start: Int64) {
    let end = now
    add(
      TraceEvent(phase: .complete, name: "send \(title)", time: start, duration: end - start, details: details(chunk)),
      TraceEvent(phase: .flowStart, name: "task", category: "task", time: start, id: arrow(pool, chunk)))
  }

  /// A chunk came back.
  static func heard(_ chunk: Chunk, pool: Int, since start: Int64) {
    add(
      TraceEvent(phase: .complete, name: "result", time: start, duration: now - start, details: details(chunk)),
      TraceEvent(phase: .flowEnd, name: "task", category: "task", time: start, id: arrow(pool, chunk)))
  }

  // MARK: The worker's side

  /// What a worker's life is called.
  static let life = "worker"

  /// A worker has waited since `start` and begins with a chunk.
  static func took(_ chunk: Chunk, _ title: String, pool: Int, since start: Int64) {
    let time = now
    add(
      TraceEvent(phase: .complete, name: "wait for a task", category: "wait", time: start, duration: time - start),
      TraceEvent(phase: .begin, name: title, category: "task", time: time, details: details(chunk)),
      TraceEvent(phase: .flowStep, name: "task", category: "task", time: time, id: arrow(pool, chunk)))
  }

  static func finished(_ title: String, failed: Bool) {
    add(
      TraceEvent(
        phase: .end, name: title, category: "task", time: now, details: failed ? [("outcome", "failed")] : []))
  }
}
