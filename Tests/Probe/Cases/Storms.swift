import Multiprocessing

/// Slices of the storms, whose full sizes have scripts of their own.
extension Cases {
  static let storms: [Case] = [
    Case("a-storm-of-kills", "2.17, 2.18, 2.20, 8.1, 8.2", in: Place.processes, within: .seconds(120), isAlone: true) { place in
      let report = try KillStorm(place: place, kills: 40, seed: 20_261_121).run()
      try expect(report.kills >= 40 && report.failures > 0 && report.values > 0, "The storm was none: \(report)")
    },

    Case("a-storm-on-a-queue", "8.1, 8.2", in: Place.processes, within: .seconds(120)) { place in
      let report = try QueueStorm(place: place, kills: 24, seed: 20_261_121).run()
      try expect(report.kills == 24 && report.messages > 1000, "The storm was none: \(report)")
    },

    Case("a-soak-of-small-tasks", "", within: .seconds(120)) { place in
      let report = try Soak(place: place, tasks: 40_000).run()
      try expect(report.lost == 0 && report.doubled == 0, "\(report)")
      // Pages that are used for the first time late are no leak; a leak of a byte a task would be in the full size.
      try expect(report.parent.last < report.parent.first + 8192, "The parent grows: \(report)")
      try expect(report.worker.last < report.worker.first + 4096, "A worker grows: \(report)")
    },
  ]
}
