import PoolCore

/// A start as bytes, field by field.
///
/// Every worker reads one before it does anything else. The general form for values looks up at run time what it does not know
/// of their types, for the first time in each process: that took longer than the fork.
extension ChildStart {
  var bytes: [UInt8] {
    var writer = WireWriter(minimumCapacity: 512)
    writer.append(name)
    writer.append(numbers: identity)
    writer.append(isDaemon)
    writer.append(startMethod.code)
    writer.append(parentName)
    writer.append(numbers: parentIdentity)
    writer.append(parentProcessID)
    writer.append(parentIsDaemon)
    writer.append(Int64(threadsCreated))
    writer.append(mainThread)
    writer.append(profile)
    writer.append(timeScale)
    writer.append(optional: seed)
    writer.append(optional: workers.map { UInt64(bitPattern: Int64($0)) })
    writer.append(optional: workingDirectory)
    writer.append(optional: backtrace)
    writer.append(isGated)
    writer.append(optional: trace?.path)
    writer.append(Int64(trace?.pool ?? 0))
    switch role {
    case .worker(let worker):
      writer.append(0 as UInt8)
      writer.append(Int64(worker.area))
      writer.append(Int64(worker.areas))
      writer.append(optional: worker.maxTasksPerChild.map { UInt64(bitPattern: Int64($0)) })
      writer.append(optional: worker.initializer)
      writer.append(worker.initializerBytes)
    case .process(let process):
      writer.append(1 as UInt8)
      writer.append(process.target)
      writer.append(process.targetBytes)
    case .server: writer.append(2 as UInt8)
    }
    return writer.bytes
  }

  /// - Throws: where the bytes are no start, or more than one.
  init(bytes: UnsafeRawBufferPointer) throws(WireError) {
    var reader = WireReader(bytes)
    // In the order in which they are written.
    name = try reader.readString()
    identity = try reader.readNumbers()
    isDaemon = try reader.readBool()
    startMethod = try reader.readStartMethod()
    parentName = try reader.readString()
    parentIdentity = try reader.readNumbers()
    parentProcessID = try reader.read()
    parentIsDaemon = try reader.readBool()
    threadsCreated = try reader.readInt()
    mainThread = try reader.readString()
    profile = try reader.readString()
    timeScale = try reader.readDouble()
    seed = try reader.readOptionalNumber()
    workers = try reader.readOptionalInt()
    workingDirectory = try reader.readOptionalString()
    backtrace = try reader.readOptionalString()
    isGated = try reader.readBool()
    let path = try reader.readOptionalString()
    let pool = try reader.readInt()
    trace = path.map { Trace.Start(path: $0, pool: pool) }
    let kind = try reader.read(UInt8.self)
    switch kind {
    case 0:
      role = .worker(
        WorkerStart(
          area: try reader.readInt(), areas: try reader.readInt(), maxTasksPerChild: try reader.readOptionalInt(),
          initializer: try reader.readOptionalString(), initializerBytes: try reader.readBytes()))
    case 1: role = .process(ProcessStart(target: try reader.readString(), targetBytes: try reader.readBytes()))
    case 2: role = .server
    default: throw WireError(.malformed, "A child has no role of the number \(kind).", offset: reader.offset - 1)
    }
    try reader.finish()
  }
}

extension StartMethod {
  fileprivate var code: UInt8 {
    switch self {
    case .fork: 0
    case .spawn: 1
    case .forkserver: 2
    }
  }
}

extension WireWriter {
  fileprivate mutating func append(numbers: [Int]) {
    append(UInt64(numbers.count))
    for number in numbers { append(Int64(number)) }
  }

  fileprivate mutating func append(optional number: UInt64?) {
    append(number != nil)
    if let number { append(number) }
  }

  fileprivate mutating func append(optional text: String?) {
    append(text != nil)
    if let text { append(text) }
  }
}

extension WireReader {
  fileprivate mutating func readInt() throws(WireError) -> Int {
    let number: Int64 = try read()
    return Int(number)
  }

  fileprivate mutating func readNumbers() throws(WireError) -> [Int] {
    var numbers: [Int] = []
    for _ in 0..<(try readCount(elementByteCount: 8)) { numbers.append(try readInt()) }
    return numbers
  }

  fileprivate mutating func readOptionalNumber() throws(WireError) -> UInt64? { try readBool() ? try read() : nil }

  fileprivate mutating func readOptionalInt() throws(WireError) -> Int? { try readBool() ? try readInt() : nil }

  fileprivate mutating func readOptionalString() throws(WireError) -> String? { try readBool() ? try readString() : nil }

  fileprivate mutating func readStartMethod() throws(WireError) -> StartMethod {
    let code = try read(UInt8.self)
    switch code {
    case 0: return .fork
    case 1: return .spawn
    case 2: return .forkserver
    default: throw WireError(.malformed, "There is no start method of the number \(code).", offset: offset - 1)
    }
  }
}
