/// Containers and super encoders made inside a value.
///
/// A value that is encoded by `encode(_:forKey:)` is written from beginning to end before anything else is. A nested
/// container is not: its user may write to it, then to the container around it, then to it again, in any order. The
/// buffer has one end only, so:
/// - A nested container is written in place as long as nobody writes outside of it. That is the common case, and costs
///   nothing.
/// - When somebody does, it is *closed*: its length is filled in.
/// - When it is written to after that, it is *reopened*: it goes on in a stream of its own, which is put in its place
///   when the value in which it was made has been encoded. A decoder never sees the difference.
extension WireEncoder {
  /// What only a nested encoder has.
  struct Nesting {
    /// The encoder of the value within which it was made; each nested encoder holds its parents, of which this is one.
    unowned let scope: WireEncoder
    /// Where it ends in its home, once closed.
    var end: Int?
    /// The container that was asked of a super encoder.
    var content: WireEncoder?
  }

  var isReopened: Bool { buffer !== home }

  /// Makes an encoder for a container inside this one, at the end of the buffer.
  func makeNested(step: WireStep) -> WireEncoder {
    let encoder = WireEncoder(
      message: message, buffer: buffer, parent: self, step: step, type: nil, depth: depth + 1)
    let scope = nesting?.scope ?? self
    encoder.nesting = Nesting(scope: scope)
    scope.nested = scope.nested ?? []
    scope.nested?.append(encoder)
    if message.failure == nil { buffer.top = encoder }
    if encoder.depth > Wire.maximumDepth { fail(.tooDeep()) }
    return encoder
  }

  /// Called when something is to be written to an encoder that is not on top.
  @inline(never) func resume() throws(WireError) {
    if let failure = message.failure { throw failure }
    if isFinished || nesting?.scope.isFinished == true {
      throw WireError(.misuse, "An encoder was used after its value had been encoded.")
    }
    if isOpen {
      closeNested(in: buffer, above: self)
    } else if nesting?.end != nil, !isReopened {
      reopen()
    } else {
      throw WireError(.misuse, "A container was written to while a value inside it was being encoded.")
    }
  }

  /// Whether only nested encoders lie above this one, which are done with as soon as this one is written to.
  private var isOpen: Bool {
    var above = buffer.top
    while let encoder = above, encoder !== self {
      guard encoder.nesting != nil, let parent = encoder.parent, parent.buffer === buffer else { return false }
      above = parent
    }
    return above != nil
  }

  /// Closes all nested encoders on top of `encoder`.
  private func closeNested(in buffer: WireBuffer, above encoder: WireEncoder) {
    while let top = buffer.top, top !== encoder, let parent = top.parent {
      top.nesting?.end = buffer.memory.pointee.count
      top.close(at: buffer.memory.pointee.count)
      buffer.top = parent
    }
    (nesting?.scope ?? self).forgetClosed()
  }

  /// Lets go of closed encoders that nobody else holds, for they will never be written to again.
  ///
  /// Without this, a list of a million nested containers would keep an encoder for each until its end.
  private func forgetClosed() {
    guard var encoders = nested.take() else { return }
    while let last = encoders.indices.last, !encoders[last].isReopened, encoders[last].nesting?.end != nil,
      isKnownUniquelyReferenced(&encoders[last])
    {
      encoders.removeLast()
    }
    nested = encoders
  }

  /// Closes all encoders nested in this value and puts those that were reopened into their places.
  @inline(never) func finishNested() throws(WireError) {
    let reopened = (nested ?? []).filter { $0.isReopened }
    for encoder in reopened { closeNested(in: encoder.buffer, above: encoder) }
    try makeReady()
    if !reopened.isEmpty { gather(reopened, into: buffer) }
  }

  /// Lets go of all encoders nested in this value.
  ///
  /// References between them go in circles until then.
  func releaseNested() {
    for encoder in nested ?? [] {
      encoder.nesting?.content = nil
      // Whoever still holds one is told that it is too late, and not led to an encoder that is gone.
      if encoder.isReopened { encoder.buffer.top = nil }
    }
    nested = nil
  }

  /// Puts what the reopened encoders wrote late to where it belongs in `buffer`.
  private func gather(_ reopened: [WireEncoder], into buffer: WireBuffer) {
    // From the end to the beginning, so that the places of those still to come stay right. Where one ends together with
    // the one around it, the outer one's bytes are put first, for the inner one's belong before them.
    let here = reopened.filter { $0.home === buffer }.sorted {
      ($0.nesting?.end ?? 0, $1.depth) > ($1.nesting?.end ?? 0, $0.depth)
    }
    let memory = buffer.memory
    for encoder in here {
      gather(reopened, into: encoder.buffer)
      guard let end = encoder.nesting?.end else { continue }
      let late = encoder.memory.pointee.bytes
      memory.pointee.insert(late, at: end)
      let length = Int(memory.pointee.load(at: encoder.start + 1))
      encoder.close(at: encoder.start + 9 + length + late.count)
      var around = encoder.parent
      while let outer = around, outer !== self, outer.home === buffer {
        let length = memory.pointee.load(at: outer.start + 1)
        memory.pointee.store(length + UInt64(late.count), at: outer.start + 1)
        around = outer.parent
      }
    }
  }
}
