import JobModel

/// All of a run that a comparison looks at.
struct ComparedRun: Sendable {
    struct Job: Sendable {
        let state: String
        /// Nil when it has none.
        let output: JSONValue?
        let steps: [TranscriptStep]
    }

    let id: Int64
    let state: String
    let source: String
    let params: JSONObject
    let paid: MicroDollars
    let saved: MicroDollars
    /// In the order of the file.
    let names: [String]
    let jobs: [String: Job]

    /// Reads a run with the transcripts and outputs of its jobs.
    static func read(_ run: RunID, _ api: SchedulerAPI) async throws -> ComparedRun {
        let detail = try await api.run(run)
        var jobs: [String: Job] = [:]
        for job in detail.list("jobs") {
            let name = job.text("name")
            jobs[name] = Job(
                state: job.text("state"),
                output: job.flag("has_output") ? try await api.output(of: run, job: name) : nil,
                steps: try await Transcript.read(of: run, job: name, api)
            )
        }
        let money = detail["money"] ?? .null
        return ComparedRun(
            id: run.rawValue,
            state: detail.text("state"),
            source: try await api.workflow(of: run).text("source"),
            params: detail["params"]?.objectValue ?? [:],
            paid: MicroDollars(rawValue: money.number("paid_micro_usd")),
            saved: MicroDollars(rawValue: money.number("saved_micro_usd")),
            names: detail.list("jobs").map { $0.text("name") },
            jobs: jobs
        )
    }
}
