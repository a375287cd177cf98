import JobModel

/// The run of an example: goes on with an unfinished one, else loads the data and submits a new one.
struct ExampleRun: Sendable {
    private static let comparedRuns = 50

    let example: Example
    let api: SchedulerAPI
    let follower: RunFollower
    let launcher: Launcher
    let screen: DevScreen
    /// The database that the data go to.
    let warehouse: String
    /// The directory of `psql`; nil when that of `PATH` does.
    let postgresPrograms: String?
    /// The param `model`; nil for the workflow's own.
    let model: String?
    /// Whether everything ends with the example, so that nobody answers afterwards.
    let isLast: Bool

    /// Runs it to its end, and prints how it ended.
    ///
    /// - Returns: Whether it succeeded.
    func run() async throws -> Bool {
        let definition = try LocalFile.readText(example.workflow, maximumBytes: 1 << 20)
        let earlier = try await api.runs(workflow: example.name, limit: Self.comparedRuns).list("runs")
            .map(RunSummary.init)
        let run: RunID
        if let unfinished = earlier.first(where: { !$0.isFinal }) {
            run = RunID(rawValue: unfinished.id)
            screen.say("run \(run) has not ended yet; going on with it")
        } else {
            try await loadData()
            var params: JSONObject = [:]
            if let model { params["model"] = .string("model/" + model) }
            let key = IdempotencyKey.fresh()
            let answer = try await follower.api.submit(key: key) { [params] in
                try await $0.submit(
                    source: definition,
                    file: "\(example.name)/workflow.yaml",
                    params: params,
                    idempotencyKey: key
                )
            }
            run = RunID(rawValue: answer.number("id"))
        }
        screen.terminal.print(StyledLine())
        let ended = RunDetail(try await follower.toTheEnd(run))
        try await follower.printEnding(ended, to: screen.terminal)
        for folder in artifactFolders(of: run) { screen.say("files that a job left: \(folder)") }
        try await compare(ended, with: earlier.first { $0.state == "succeeded" })
        if isLast {
            screen.say("all is kept; to look at it: chassis dev --no-example --state \(launcher.state.path)", .dim)
        } else {
            follower.printNext(ended, to: screen.terminal)
        }
        return ended.summary.state == "succeeded"
    }

    /// Where the files of the run's jobs are, those of the last attempt that left some.
    private func artifactFolders(of run: RunID) -> [String] {
        let folder = launcher.state.store + "/runs/\(run)"
        return FileSystem.names(in: folder).sorted().compactMap { job in
            let artifacts = "\(folder)/\(job)/artifacts"
            return FileSystem.names(in: artifacts).max().map { "\(artifacts)/\($0)" }
        }
    }

    private func loadData() async throws {
        guard LocalFile.exists(example.loader) else { return }
        try await screen.stage("data of the example \(example.name)") {
            var variables = ["WAREHOUSE_URL": warehouse]
            if let postgresPrograms { variables["PATH"] = postgresPrograms + ":" + launcher.path }
            let ending = try await launcher.run(
                ["bash", example.loader],
                log: "load",
                adding: variables,
                directory: example.directory
            ).ending
            guard ending == .exited(0) else {
                let log = launcher.state.log("load")
                throw ClientError.dev(
                    what: "the data could not be loaded (\(ending)): \(LogTail.lastLine(of: log))",
                    wayOut: "see \(log)"
                )
            }
        }
    }

    /// Says how it went beside the run before.
    private func compare(_ run: RunDetail, with earlier: RunSummary?) async throws {
        guard let earlier, earlier.id != run.summary.id else { return }
        let before = RunDetail(try await api.run(RunID(rawValue: earlier.id)))
        let now = Timestamp.now
        let took = [run, before].map { $0.summary.took(now: now)?.shown ?? "no time" }
        screen.say(
            "run \(run.summary.id) took \(took[0]) and paid \(MoneyLine.count(run.paidCalls, "model call")), "
                + "run \(earlier.id) before it \(took[1]) and \(before.paidCalls)",
            .dim
        )
    }
}
