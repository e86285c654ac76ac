/// A function that workers can run: a type that stands for it.
///
/// A closure cannot cross into another process, a type can: its name travels, and the worker, which is the same program,
/// finds the type again. An empty `enum` with one static function serves:
///
/// ```swift
/// enum Square: PoolFunction {
///   static func call(_ x: Int) -> Int { x * x }
/// }
/// let squares = try pool.map(Square.self, 0..<10)
/// ```
///
/// The type must be reachable by name: neither `private` nor local to a function. A pool that meets such a type throws
/// `typeNotReachable`. `Output` is any `Codable & Sendable` type, or `Void`.
public protocol PoolFunction<Input, Output> {
  /// The argument.
  associatedtype Input: Codable & Sendable
  /// The result.
  associatedtype Output: Sendable

  /// Runs in a worker: in the main thread of a worker process, or in a worker thread of a `ThreadPool`.
  ///
  /// May block and take its time. What it throws is thrown where the result is asked for.
  static func call(_ input: Input) throws -> Output

  /// Public for technical reasons only; there is an implementation for every `Codable` output and for `Void`.
  static func __encode(_ outputs: [Output]) throws -> [UInt8]
  /// Public for technical reasons only; there is an implementation for every `Codable` output and for `Void`.
  static func __decode(_ bytes: [UInt8], count: Int) throws -> [Output]
  /// Public for technical reasons only; there is an implementation for every function.
  static func __map(_ inputs: ArraySlice<Input>) throws -> [Output]
  /// Public for technical reasons only; there is an implementation for every function.
  static func __map(_ inputs: ArraySlice<Input>, to outputs: UnsafeMutablePointer<Output>) throws
}

extension PoolFunction {
  /// Calls the function on each input; throws what it throws.
  ///
  /// Inlined, so that the compiler of the function's own module makes one loop of it.
  @inlinable
  public static func __map(_ inputs: ArraySlice<Input>) throws -> [Output] {
    var outputs: [Output] = []
    outputs.reserveCapacity(inputs.count)
    for input in inputs { outputs.append(try call(input)) }
    return outputs
  }

  /// Calls the function on each input and initialises memory with the outputs, up to one that fails; throws what it throws.
  @inlinable
  public static func __map(_ inputs: ArraySlice<Input>, to outputs: UnsafeMutablePointer<Output>) throws {
    var target = outputs
    for input in inputs {
      target.initialize(to: try call(input))
      target += 1
    }
  }
}

extension PoolFunction where Output: Codable {
  /// Encodes the outputs of a chunk.
  public static func __encode(_ outputs: [Output]) throws -> [UInt8] { try Payload.encode(outputs) }
  /// Decodes the outputs of a chunk.
  public static func __decode(_ bytes: [UInt8], count: Int) throws -> [Output] { try Payload.decode(bytes, count: count) }
}

extension PoolFunction where Output == Void {
  /// Encodes nothing: the outputs of a chunk are as many as its inputs.
  public static func __encode(_ outputs: [Void]) throws -> [UInt8] { [] }
  /// Makes as many empty outputs as there were inputs.
  public static func __decode(_ bytes: [UInt8], count: Int) throws -> [Void] { Array(repeating: (), count: count) }
}

/// A function of two arguments, for `starmap`.
///
/// ```swift
/// enum Power: PoolFunction2 {
///   static func call(_ base: Int, _ exponent: Int) -> Int { (0..<exponent).reduce(1) { power, _ in power * base } }
/// }
/// let powers = try pool.starmap(Power.self, [(2, 3), (3, 2)])
/// ```
public protocol PoolFunction2<First, Second, Output> {
  /// The first argument.
  associatedtype First: Codable & Sendable
  /// The second argument.
  associatedtype Second: Codable & Sendable
  /// The result.
  associatedtype Output: Sendable

  /// Runs in a worker, as `PoolFunction.call` does; what it throws is thrown where the result is asked for.
  static func call(_ first: First, _ second: Second) throws -> Output

  /// Public for technical reasons only; there is an implementation for every `Codable` output and for `Void`.
  static func __encode(_ outputs: [Output]) throws -> [UInt8]
  /// Public for technical reasons only; there is an implementation for every `Codable` output and for `Void`.
  static func __decode(_ bytes: [UInt8], count: Int) throws -> [Output]
}

extension PoolFunction2 where Output: Codable {
  /// Encodes the outputs of a chunk.
  public static func __encode(_ outputs: [Output]) throws -> [UInt8] { try Payload.encode(outputs) }
  /// Decodes the outputs of a chunk.
  public static func __decode(_ bytes: [UInt8], count: Int) throws -> [Output] { try Payload.decode(bytes, count: count) }
}

extension PoolFunction2 where Output == Void {
  /// Encodes nothing.
  public static func __encode(_ outputs: [Void]) throws -> [UInt8] { [] }
  /// Makes as many empty outputs as there were inputs.
  public static func __decode(_ bytes: [UInt8], count: Int) throws -> [Void] { Array(repeating: (), count: count) }
}

/// A pair that travels.
package struct Pair<First: Codable & Sendable, Second: Codable & Sendable>: Codable, Sendable {
  package var first: First
  package var second: Second
}

/// A function of two arguments as a function of a pair.
package enum Splat<Function: PoolFunction2>: PoolFunction {
  package static func call(_ input: Pair<Function.First, Function.Second>) throws -> Function.Output {
    try Function.call(input.first, input.second)
  }
  package static func __encode(_ outputs: [Function.Output]) throws -> [UInt8] { try Function.__encode(outputs) }
  package static func __decode(_ bytes: [UInt8], count: Int) throws -> [Function.Output] {
    try Function.__decode(bytes, count: count)
  }
}
