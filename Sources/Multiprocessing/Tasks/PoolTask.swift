/// A task: a value whose type is the function and whose stored properties are the arguments.
///
/// ```swift
/// struct Work: PoolTask {
///   var seconds: Double
///   func run() -> String { "slept \(seconds) s" }
/// }
/// let result = try pool.applyAsync(Work(seconds: 1))
/// ```
///
/// The type must be reachable by name: neither `private` nor local to a function. The value is encoded when it is
/// submitted; what it refers to is copied, never shared. `Output` is any `Codable & Sendable` type, or `Void`.
public protocol PoolTask<Output>: Codable, Sendable {
  /// The result.
  associatedtype Output: Sendable

  /// Runs in a worker: in the main thread of a worker process, or in a worker thread of a `ThreadPool`.
  ///
  /// May block and take its time. What it throws is thrown where the result is asked for.
  func run() throws -> Output

  /// Public for technical reasons only; there is an implementation for every `Codable` output and for `Void`.
  static func __encode(_ outputs: [Output]) throws -> [UInt8]
  /// Public for technical reasons only; there is an implementation for every `Codable` output and for `Void`.
  static func __decode(_ bytes: [UInt8], count: Int) throws -> [Output]
}

extension PoolTask where Output: Codable {
  /// Encodes the outputs of a chunk.
  public static func __encode(_ outputs: [Output]) throws -> [UInt8] { try Payload.encode(outputs) }
  /// Decodes the outputs of a chunk.
  public static func __decode(_ bytes: [UInt8], count: Int) throws -> [Output] { try Payload.decode(bytes, count: count) }
}

extension PoolTask where Output == Void {
  /// Encodes nothing.
  public static func __encode(_ outputs: [Void]) throws -> [UInt8] { [] }
  /// Makes as many empty outputs as there were tasks.
  public static func __decode(_ bytes: [UInt8], count: Int) throws -> [Void] { Array(repeating: (), count: count) }
}

/// A task as a function of itself.
package enum Run<Task: PoolTask>: PoolFunction {
  package static func call(_ input: Task) throws -> Task.Output { try input.run() }
  package static func __encode(_ outputs: [Task.Output]) throws -> [UInt8] { try Task.__encode(outputs) }
  package static func __decode(_ bytes: [UInt8], count: Int) throws -> [Task.Output] {
    try Task.__decode(bytes, count: count)
  }
}

/// What each worker of a pool runs once, before its first task; its stored properties are the `initargs`.
///
/// It runs in the same process and thread as the worker's tasks. Objects that are shared with the workers, a queue for
/// example, travel here and not in tasks. If it throws, the pool breaks: every waiting result throws
/// `initializerFailed`, and no worker is started again. (CPython starts workers for ever and lets `get` wait for ever.)
public protocol Initializer: Codable, Sendable {
  /// Runs in the worker, in the thread that will run its tasks. What it throws breaks the pool.
  func run() throws
}
