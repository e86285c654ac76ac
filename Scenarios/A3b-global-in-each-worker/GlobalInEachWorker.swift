import Multiprocessing

/// A global that the initializer sets to 100 has that value in the worker, and its old one in the main process.
enum GlobalInEachWorker: Example {
  static let setting = ProcessLocal(0)

  struct InitializeWorker: Initializer {
    func run() { setting.value = 100 }
  }

  struct ReadSetting: PoolTask {
    func run() -> Int { setting.value }
  }

  static func main() throws {
    try withPool(processes: 2, initializer: InitializeWorker()) { pool in
      let seen = try pool.apply(ReadSetting())
      print("In a worker: \(seen)", flush: false)
      print("In the main process: \(setting.value)", flush: false)
    }
  }
}
