import CMultiprocessing

/// Outcomes that are too large for the ring: they lie in the worker's part of the file; see `OutcomeWindow`.
extension ResultRing {
  private var start: UInt64 { Layout.largeOutcomes(area) }
  private var size: UInt64 { UInt64(segment.layout.outcomeWindow) }

  // MARK: The worker's side

  /// Writes a large payload; its place in the file.
  func writeLarge(_ payload: OutgoingBytes) throws(MultiprocessingError) -> UInt64 {
    let count = UInt64(payload.count)
    let written = mp_load64(base + Layout.largeWritten)
    let first = mp_load64(base + Layout.largeFirst)
    var (offset, positions): (UInt64, Range<UInt64>) = (0, 0..<0)
    var isFirst = false
    wait {
      // Nothing was there before the last outcome that found nothing waiting.
      let read = max(mp_load64(base + Layout.largeRead), first)
      guard let next = OutcomeWindow.next(count, size: size, written: written, read: read) else { return false }
      (offset, positions) = next
      isFirst = read == written
      return true
    }
    let place = start + offset
    if offset < size, let target = segment.outcomes(of: area, at: place, payload.count)?.baseAddress {
      try prepare(offset + count)
      payload.write(to: target)
    } else {
      let file = segment.file
      do throws(MultiprocessingError) {
        try file.write(payload.bytes, at: place)
      } catch {
        file.punchHole(place..<place + count)
        throw error
      }
    }
    // Only now: of one that could not be written the pool never hears.
    if isFirst { mp_store64(base + Layout.largeFirst, positions.lowerBound) }
    mp_store64(base + Layout.largeWritten, positions.upperBound)
    return place
  }

  /// Gets memory up to here where there is none yet.
  private func prepare(_ end: UInt64) throws(MultiprocessingError) {
    let prepared = mp_load64(base + Layout.largePrepared)
    guard end > prepared else { return }
    // Not for every few bytes more.
    let next = min((end + 0xFFFF) & ~0xFFFF, size)
    try segment.file.prepare(start + prepared..<start + next)
    if let pages = segment.outcomes(of: area, at: start + prepared, Int(next - prepared)) {
      mp_fetch(pages.baseAddress!, pages.count)
    }
    mp_store64(base + Layout.largePrepared, next)
  }

  // MARK: The pool's side

  /// Reads a large payload, or leaves it where it lies.
  func readLarge(
    _ place: UInt64, _ count: UInt64, inPlace: Bool
  ) throws(MultiprocessingError) -> ([UInt8], MappedPayload?) {
    guard place >= start, place < Layout.largeOutcomes(area + 1), try segment.holds(count, at: place) else {
      throw MultiprocessingError(.notDecodable, "A worker's channel names bytes that are not there.")
    }
    let offset = place - start
    let end = segment.outcomes.with { $0[area].hear(offset: offset, count) }
    guard let bytes = segment.outcomes(of: area, at: place, Int(count)) else {
      // Behind the window, the memory goes back at once; before it, where that could not be mapped, it stays.
      defer {
        if offset >= size { segment.file.punchHole(place..<place + count) }
        finishLarge(end)
      }
      return (try segment.file.read(Int(count), at: place), nil)
    }
    let payload = MappedPayload(UnsafeRawBufferPointer(bytes), segment, area: area, end: end)
    try Descriptor.checkMemory(for: Int(count))
    return inPlace ? ([], payload) : (payload.copy, nil)
  }

  /// What was heard up to this position is read: the worker may use its place again.
  func finishLarge(_ end: UInt64) {
    segment.outcomes.with { outcomes in
      outcomes[area].finish(end)
      mp_store64(base + Layout.largeRead, outcomes[area].read)
    }
    signalSpace()
  }
}
