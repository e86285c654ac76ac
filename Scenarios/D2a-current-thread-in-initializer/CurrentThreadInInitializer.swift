import Multiprocessing

/// The initializer notes where it runs; a task of the same worker compares.
enum CurrentThreadInInitializer: Example {
  struct Place: Equatable, Sendable {
    var process = ProcessIdentity.current.processID
    var thread = ThreadIdentity.current.name
  }

  static let initialized = ProcessLocal<Place?>(nil)

  struct InitializeWorker: Initializer {
    func run() { initialized.value = Place() }
  }

  struct Compare: PoolTask {
    func run() -> String {
      let place = Place()
      let name = initialized.value?.thread ?? "nowhere"
      return "Initializer in \(name), task in \(place.thread), same place: \(initialized.value == place ? "yes" : "no")"
    }
  }

  static func main() throws {
    try withPool(processes: 1, initializer: InitializeWorker()) { pool in
      print(try pool.apply(Compare()), flush: false)
    }
  }
}
