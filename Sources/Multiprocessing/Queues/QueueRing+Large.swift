import CMultiprocessing

/// Messages that do not fit a slot: their bytes lie in the slot's part of the file.
extension QueueRing {
  func tryPutLarge(_ bytes: UnsafeRawBufferPointer) throws(MultiprocessingError) -> Bool {
    guard hasRoom(bytes.count), let position = try claim() else { return false }
    let slot = base + QueueLayout.slot(position)
    // Before the bytes: it counts as waiting from now on.
    slot.storeBytes(of: UInt64(bytes.count), toByteOffset: QueueLayout.slotLength, as: UInt64.self)
    do throws(MultiprocessingError) {
      try file.write(bytes, at: QueueLayout.large(position))
    } catch {
      giveBack(position, QueueLayout.largest)
      publish(.done, position)
      throw error
    }
    publish(.ready, position)
    return true
  }

  /// Whether a message of so many bytes can be put, or the attempt would tell what is wrong.
  func mayPut(_ count: Int) -> Bool {
    let tail = tail
    let slot = QueueSlot(word: mp_load64(state(tail)))
    guard slot.age(at: tail) == -1 else { return true }
    return Int64(bitPattern: tail &- head) < Int64(QueueLayout.slotCount) && slot.phase != .taking && slot.phase != .writing
      && hasRoom(count)
  }

  /// Whether so many bytes may join those that wait.
  private func hasRoom(_ count: Int) -> Bool {
    guard UInt64(count) > QueueLayout.heavy else { return true }
    let head = head
    let waiting = min(Int64(bitPattern: tail &- head), Int64(QueueLayout.slotCount))
    guard waiting > 0 else { return true }
    var sum: UInt64 = 0
    for offset in 0..<UInt64(waiting) {
      let position = head &+ offset
      let slot = QueueSlot(word: mp_load64(state(position)))
      guard slot.age(at: position) == 0, slot.phase == .ready || slot.phase == .writing else { continue }
      let length = (base + QueueLayout.slot(position)).load(fromByteOffset: QueueLayout.slotLength, as: UInt64.self)
      if length > QueueLayout.heavy { sum += min(length, QueueLayout.largest) }
    }
    return sum == 0 || sum + UInt64(count) <= QueueLayout.pendingLimit
  }

  /// Takes the message at the head; nil if somebody else did.
  func takeLarge(_ position: UInt64, _ slot: QueueSlot, _ length: UInt64) throws(MultiprocessingError) -> [UInt8]? {
    let taking = QueueSlot(.taking, position, owner: mp_stamp())
    guard mp_cas64(state(position), slot.word, taking.word) != 0 else { return nil }
    // From here on the message is this process's, and nobody waits for it to be read.
    _ = mp_cas64(base + QueueLayout.head, position, position &+ 1)
    defer {
      giveBack(position, length)
      publishRoom(position)
    }
    let place = QueueLayout.large(position)
    // The length lies where every process writes: memory is made for what is there and no more.
    if length > QueueLayout.heavy {
      let end = mp_data_end(file.number, Int64(place))
      guard length <= QueueLayout.largest, end >= 0, UInt64(end) >= place, length <= UInt64(end) - place else {
        throw Self.damaged
      }
    }
    return try file.read(Int(length), at: place)
  }

  /// Gives the memory of a large message back to the system, but for what is kept.
  func giveBack(_ position: UInt64, _ length: UInt64) {
    let (place, kept) = (QueueLayout.large(position), QueueLayout.kept(position))
    if length > kept { file.punchHole(place + kept..<place + min(length, QueueLayout.largest)) }
  }
}
