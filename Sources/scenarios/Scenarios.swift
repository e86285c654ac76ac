import ArgumentParser

/// The root of the command line.
struct Scenarios: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scenarios",
    abstract: "Worked examples of process and thread pools: run them, and judge what they print.",
    discussion: """
      Without a command, every example is run in every place and judged. Exit status: 0 all is well, 1 something did \
      not conform, 2 the command or its input was wrong.
      """,
    subcommands: [
      List.self,
      Show.self,
      Run.self,
      Check.self,
      Judge.self,
      Crosscheck.self,
      Differential.self,
      Explore.self,
      Replay.self,
      Walk.self,
      Exercise.self,
      Report.self,
      Claims.self,
      Bless.self,
      Doctor.self,
    ],
    defaultSubcommand: Check.self)
}
