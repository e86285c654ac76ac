/// Shared words as one part of an object that is made of several.
struct SharedWordsPart: Codable {
  let words: any SharedWords
  /// What the refusal names where the object cannot travel.
  private let type: String

  init(words: any SharedWords, type: String) {
    self.words = words
    self.type = type
  }

  init(from decoder: any Decoder) throws {
    words = try CurrentWorld.world.decodeSharedWords(from: decoder)
    type = ""
  }

  func encode(to encoder: any Encoder) throws { try words.share(to: encoder, as: type) }
}

/// A channel as one part of such an object.
struct ChannelPart: Codable {
  let channel: any Channel
  private let type: String

  init(channel: any Channel, type: String) {
    self.channel = channel
    self.type = type
  }

  init(from decoder: any Decoder) throws {
    channel = try CurrentWorld.world.decodeChannel(from: decoder)
    type = ""
  }

  func encode(to encoder: any Encoder) throws {
    do {
      try channel.share(to: encoder)
    } catch let error as MultiprocessingError where error.code == .sharingNotAllowed {
      throw SharingContext.refusal(type)
    }
  }
}
