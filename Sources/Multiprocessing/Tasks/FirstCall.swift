/// The first call of a program looks up names, types and functions of libraries that later ones find known.
enum FirstCall {
  // Not private: a worker could not find it.
  enum Rehearsed: PoolFunction {
    static func call(_ number: Int) -> Int { number }
  }

  private static let isRehearsed: Bool = {
    (try? CallKind.of(Rehearsed.self)) != nil
  }()

  /// Does that ahead, once in a process; for moments in which it would wait.
  static func rehearse() { _ = isRehearsed }
}
