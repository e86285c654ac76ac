import CMultiprocessing
import Glibc

/// How a child of this library begins.
enum ChildMain {
  /// A spawned child: everything comes over its socket.
  static func runSpawned(_ socket: Int32) -> Never {
    do {
      guard let received = try ReceivedStart.receive(socket) else { mp_child_exit(1) }
      let start = try received.decode()
      Environment.set(Environment.backtrace, start.backtrace)
      let main = try received.mainProcess()
      switch start.role {
      case .server:
        mp_reset_signals()
        mp_detach_input()
        SystemWorld.shared.become(start.makeProcessState(processID: getpid()))
        ServerMain.run(master: socket, main: main)
      case .worker, .process:
        _ = mp_close(socket)
        run(start, received, watched: [main])
      }
    } catch {
      complain(error)
    }
  }

  /// A child that a server forked; the server's end ends it too.
  static func runForked(_ received: ReceivedStart, server: Int32) -> Never {
    do {
      let start = try received.decode()
      let serverPidfd = mp_pidfd_open(server)
      // The server may have died before this was opened, and its number may be another's by now.
      guard serverPidfd >= 0, getppid() == server else { mp_child_exit(1) }
      run(start, received, watched: [try received.mainProcess(), serverPidfd])
    } catch {
      complain(error)
    }
  }

  /// A child that its parent forked itself: what it has to know lies in the socket already.
  static func runForked(_ socket: Int32) -> Never {
    do {
      guard let received = try ReceivedStart.receive(socket) else { mp_child_exit(1) }
      _ = mp_close(socket)
      run(try received.decode(), received, watched: [try received.mainProcess()])
    } catch {
      complain(error)
    }
  }

  private static func run(_ start: ChildStart, _ received: ReceivedStart, watched: [Int32]) -> Never {
    mp_reset_signals()
    mp_detach_input()
    mp_name_thread(String(start.name.suffix(15)))
    MainProcess.forget()
    ForkServer.forget()
    RunningFeeders.forget()
    Children.forget()
    WaitGraph.forget()
    SharedWaits.forget()
    RunningThreads.forget()
    SystemWorld.shared.become(start.makeProcessState(processID: getpid()))
    if let trace = start.trace { Trace.join(trace) }
    if let directory = start.workingDirectory { _ = chdir(directory) }
    let watching = mp_watch_processes(watched, Int32(watched.count))
    var descriptors = Array(received.descriptors.dropFirst(2))
    if start.isGated {
      guard let gate = descriptors.popLast(), (try? Gate.join(Descriptor(gate))) != nil else { mp_child_exit(1) }
    }
    if watching < 0 {
      let error = System.failure(-watching, "Starting the thread that watches the main process")
      if case .worker(let worker) = start.role { WorkerMain.end(worker, descriptors, because: error) }
      complain(error)
    }
    switch start.role {
    case .worker(let worker): WorkerMain.run(worker, descriptors)
    case .process(let process): ProcessMain.run(process, descriptors.map { Descriptor($0, isInherited: true) })
    case .server: mp_child_exit(1)
    }
  }

  private static func complain(_ error: any Error) -> Never {
    System.complain("A worker could not begin: \(error)")
    mp_child_exit(1)
  }
}

extension ReceivedStart {
  /// The pidfd of the main process, which comes second.
  func mainProcess() throws -> Int32 {
    guard descriptors.count > 1 else {
      throw MultiprocessingError(.notDecodable, "A start came without the main process.")
    }
    return descriptors[1]
  }
}

/// Where the constructor of a spawned child hands over; see process.c.
@_cdecl("mp_swift_child_main")
func childMain(_ socket: Int32) -> Never {
  ChildMain.runSpawned(socket)
}

/// In a worker process, works and never returns; anywhere else, returns at once.
///
/// Most programs need no such call: a spawned worker is recognised before `main`. A program whose tasks read state that
/// is declared at the top level of its `main.swift` calls this after those declarations, and before it makes its first
/// pool, for such state is not initialised before `main`: its workers then run `main.swift` up to this call. Python's
/// counterpart is the guard `if __name__ == "__main__":`.
public func runWorkerIfNeeded() {
  CurrentWorld.world.process.hasExplicitEntry = true
  let socket = mp_take_deferred_socket()
  if socket >= 0 { ChildMain.runSpawned(socket) }
}
