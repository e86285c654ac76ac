import Foundation
import Multiprocessing
import Testing

/// The public names beside those of Foundation and of the system's library that it brings along: this file does not compile
/// if one of them means two things.
@Suite struct PublicNamesTests {
  private static let types: [Any.Type] = [
    Pool.self, ThreadPool.self, AsyncResult<Int>.self, PoolIterator<Int>.self, Context.self, StartMethod.self,
    ProcessIdentity.self, ThreadIdentity.self, ProcessLocal<Int>.self, ThreadLocal<Int>.self, SimpleQueue<Int>.self,
    Queue<Int>.self, JoinableQueue<Int>.self, Connection.self, Lock.self, RLock.self, CountingSemaphore.self,
    BoundedSemaphore.self, Event.self, Condition.self, Barrier.self, SharedValue<Int>.self, SharedArray<Int>.self,
    SharedLog.self, ChildProcess.self, SystemExit.self, ProcessPoolExecutor.self, Future<Int>.self,
    ExecutorResults<Int>.self, Fidelity.self, PoolProgress.self, PoolSnapshot.self, ProcessThread.self,
    MultiprocessingError.self, RemoteFailure.self, Tracing.self,
  ]
  private static let protocols: [Any.Type] = [
    (any PoolTask).self, (any PoolFunction).self, (any PoolFunction2).self, (any Initializer).self,
    (any ProcessTarget).self, (any PlainData).self,
  ]

  @Test func `every public name means one thing beside Foundation`() {
    let names = (Self.types + Self.protocols).map { String(reflecting: $0) }
    #expect(names.allSatisfy { $0.contains("Multiprocessing.") }, "\(names)")
    #expect(Set(names).count == names.count)
  }
}
