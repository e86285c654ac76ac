/// A worked example: a whole program against the library, whose entry is a function so that many fit into one
/// executable.
package protocol Example: SendableMetatype {
  static func main() throws
}

/// The programs of the examples, by id.
package enum ExamplePrograms {
  package static let all: [String: any Example.Type] = [
    "A1": InitializeWorkers.self,
    "A1a": InitializerWithoutArguments.self,
    "A2": InitializeWorkersNames.self,
    "A3": InitializeWorkersGlobal.self,
    "A3a": InitializerThreeArguments.self,
    "A3b": GlobalInEachWorker.self,
    "B1": ThreadPoolInitialize.self,
    "B2": ThreadPoolInitializeNames.self,
    "C1": ShareQueueWithWorkers.self,
    "D1": TaskThread.self,
    "D1a": CurrentThreadInTask.self,
    "D2": InitializerThread.self,
    "D2a": CurrentThreadInInitializer.self,
    "D3": HelperThreads.self,
    "D3a": ListThreads.self,
    "E1": DefaultStartMethod.self,
    "E2": StartMethodInWorker.self,
    "E3": ForkContext.self,
    "E3a": ContextByName.self,
    "F1": StopEvent.self,
    "F2": SharedLock.self,
    "F3": Callbacks.self,
    "F4": IMapUnordered.self,
    "F5": ReplacedWorkers.self,
    "F6": TwoPools.self,
    "F7": NestedNames.self,
    "F8": SharedPipe.self,
  ]
}
