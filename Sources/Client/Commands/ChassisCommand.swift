import ArgumentParser

/// The `chassis` command.
struct ChassisCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "chassis",
        abstract: "Runs agent workflows that never pay twice.",
        discussion: """
            Commands talk to a scheduler: the one --address or CHASSIS_ADDRESS names, else the one that 'chassis dev' \
            runs in this directory, else http://127.0.0.1:8420. The token comes from --token-file, CHASSIS_TOKEN or \
            'chassis dev'.

            Exit status: 0 done; 1 the run failed or was cancelled; 2 wrong use; 3 workflow or params refused; \
            4 scheduler or database out of reach, or token not accepted; 5 not found, or not possible in this state.
            """,
        subcommands: [
            DevCommand.self, RunCommand.self, ValidateCommand.self, RunsCommand.self, ShowCommand.self,
            LogsCommand.self, OutputCommand.self, CancelCommand.self, WhyCommand.self, PauseCommand.self,
            ResumeCommand.self, RetryCommand.self, MarkCommand.self, PrioritizeCommand.self, ForkCommand.self,
            TranscriptCommand.self, DiffCommand.self, StepCommand.self, MCPCommand.self, DeployCommand.self,
            VersionsCommand.self, PinCommand.self, UnpinCommand.self, SchedulesCommand.self, ScheduleCommand.self,
            BackfillCommand.self, BackfillsCommand.self,
            EventCommand.self, AssetCommand.self, TriggersCommand.self, TriggerCommand.self, WorkersCommand.self,
            QueueCommand.self, ApprovalsCommand.self, ApproveCommand.self, DenyCommand.self,
            RequestChangesCommand.self, ResolveCommand.self, AuditCommand.self, CostsCommand.self, BudgetsCommand.self,
            WeightsCommand.self,
            PricesCommand.self, MigrateCommand.self, TokenCommand.self,
        ]
    )
}
