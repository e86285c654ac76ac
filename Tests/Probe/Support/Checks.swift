import CMultiprocessing
import Multiprocessing
import Synchronization

/// Why a case failed, as a sentence.
struct Failure: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// Fails the case unless the condition holds.
func expect(_ condition: Bool, _ sentence: @autoclosure () -> String, line: Int = #line) throws {
  if !condition { throw Failure("\(sentence()) (line \(line))") }
}

/// Fails the case unless both values are equal.
func expectEqual<T: Equatable>(_ found: T, _ expected: T, _ what: @autoclosure () -> String, line: Int = #line) throws {
  if found != expected { throw Failure("\(what()): \(found) instead of \(expected) (line \(line))") }
}

/// Fails the case unless the body throws an error of this code, and with this message where one is given.
@discardableResult
func expectError(
  _ code: MultiprocessingError.Code, _ message: String? = nil, line: Int = #line, _ body: () throws -> some Any
) throws -> MultiprocessingError {
  do {
    _ = try body()
  } catch let error as MultiprocessingError {
    try check(error, code, message, line)
    return error
  } catch {
    throw Failure("\(error) was thrown instead of \(code) (line \(line))")
  }
  throw Failure("Nothing was thrown instead of \(code) (line \(line))")
}

/// The same for `async` code.
@discardableResult
func expectError(
  _ code: MultiprocessingError.Code, _ message: String? = nil, line: Int = #line, _ body: () async throws -> some Any
) async throws -> MultiprocessingError {
  do {
    _ = try await body()
  } catch let error as MultiprocessingError {
    try check(error, code, message, line)
    return error
  } catch {
    throw Failure("\(error) was thrown instead of \(code) (line \(line))")
  }
  throw Failure("Nothing was thrown instead of \(code) (line \(line))")
}

private func check(_ error: MultiprocessingError, _ code: MultiprocessingError.Code, _ message: String?, _ line: Int) throws {
  guard error.code == code else { throw Failure("\(error.code) (\(error)) instead of \(code) (line \(line))") }
  if let message { try expectEqual(error.message, message, "The message of \(code)", line: line) }
}

/// Fails the case unless the body took less than so long.
func expectWithin<R>(_ limit: Duration, _ what: String, line: Int = #line, _ body: () throws -> R) throws -> R {
  let start = ContinuousClock.now
  let result = try body()
  let taken = ContinuousClock.now - start
  try expect(taken < limit, "\(what) took \(taken), more than \(limit)", line: line)
  return result
}

/// The values that callbacks and other threads hand over, in the order in which they came.
final class Collected<Value: Sendable>: Sendable {
  private let values = Mutex<[Value]>([])
  private let count = UnsafeWord()

  func append(_ value: Value) {
    values.withLock { $0.append(value) }
    count.increment()
  }

  var all: [Value] { values.withLock { $0 } }

  /// Blocks until so many values are there, and returns them.
  @discardableResult
  func wait(for wanted: Int) -> [Value] {
    while true {
      let seen = count.value
      if seen >= wanted { return all }
      count.wait(beyond: seen)
    }
  }

  /// Blocks until there is a value.
  @discardableResult
  func first() -> Value { wait(for: 1)[0] }
}

/// A word on which threads of this process wait.
private final class UnsafeWord: @unchecked Sendable {
  // Sendable: the word is only touched by atomic operations.
  private let word: UnsafeMutablePointer<UInt32> = .allocate(capacity: 1)

  init() { word.initialize(to: 0) }
  deinit { word.deallocate() }

  var value: Int { Int(mp_load32(word)) }

  func increment() {
    _ = mp_add32(word, 1)
    _ = mp_futex_wake(word, .max, 0)
  }

  func wait(beyond seen: Int) { _ = mp_futex_wait(word, UInt32(seen), -1, 0) }
}
