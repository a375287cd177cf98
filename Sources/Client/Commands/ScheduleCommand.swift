import ArgumentParser

/// The subcommand `schedule`.
struct ScheduleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schedule",
        abstract: "Look ahead in schedules, pause, resume and trigger them.",
        subcommands: [
            ScheduleNextCommand.self, SchedulePauseCommand.self, ScheduleResumeCommand.self,
            ScheduleTriggerCommand.self,
        ]
    )
}
