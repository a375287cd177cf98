import JobModel

/// Looks at a run again and again until it has ended, and shows how it goes on.
struct RunFollower: Sendable {
    /// Between two looks at a run that changes.
    private static let shortWait = Duration.milliseconds(200)
    /// Between two looks at a run in which nothing happens.
    private static let longWait = Duration.milliseconds(300)
    /// After as many looks without a change the wait becomes the long one.
    private static let patience = 10
    /// How much longer the wait is than the look took, so that a run of very many steps keeps no scheduler busy.
    private static let rest = 4
    private static let longestWait = Duration.seconds(10)
    /// Between two drawings, so that the spinner turns and the times run.
    private static let drawing = Duration.milliseconds(100)

    let api: PatientAPI
    /// Where the progress is shown; nil for nowhere.
    let terminal: Terminal?

    /// Follows the run to its end, or until Ctrl-C, and prints the ending.
    ///
    /// - Returns: Success or not, as the run ended; `.interrupted` when the following was ended.
    func follow(_ id: RunID, _ invocation: Invocation) async throws -> CommandStatus {
        guard let last = try await Interruptible.run(until: invocation.interrupts(), { try await toTheEnd(id) }) else {
            invocation.errors.print(
                "run \(id) goes on; follow it with 'chassis logs \(id) --follow', stop it with 'chassis cancel \(id)'"
            )
            return .interrupted
        }
        if terminal == nil {
            invocation.output.write(SafeText.json(last.text()) + "\n")
        } else {
            let run = RunDetail(last)
            try await printEnding(run, to: invocation.output)
            printNext(run, to: invocation.output)
        }
        return last.text("state") == "succeeded" ? .success : .unsuccessful
    }

    /// Shows the progress until the run has ended.
    ///
    /// - Returns: The last look at it, as the API sent it.
    func toTheEnd(_ id: RunID) async throws -> JSONValue {
        var block = terminal.flatMap { $0.isInteractive ? LiveBlock(on: $0) : nil }
        var log = ProgressLog()
        var frame = 0
        var unchanged = 0
        var before: RunDetail?
        while true {
            let answer: JSONValue
            let began = api.clock.now
            do {
                answer = try await api.ask { try await $0.run(id) }
            } catch {
                block?.erase()
                throw error
            }
            let took = api.clock.now - began
            let run = RunDetail(answer)
            unchanged = run == before ? unchanged + 1 : 0
            before = run
            if block == nil { terminal?.print(log.observed(run, now: .now)) }
            if run.summary.isFinal {
                block?.draw(ProgressView(run: run, now: .now, frame: frame).lines)
                return answer
            }
            var left = Self.wait(unchanged: unchanged, took: took)
            while left > .zero {
                block?.draw(ProgressView(run: run, now: .now, frame: frame).lines)
                frame += 1
                try await api.clock.sleep(for: Self.drawing)
                left -= Self.drawing
            }
        }
    }

    /// How long to wait for the next look.
    ///
    /// - Parameters:
    ///   - unchanged: How many looks in a row have seen the same.
    ///   - took: How long the last one took.
    static func wait(unchanged: Int, took: Duration) -> Duration {
        min(max(unchanged < patience ? shortWait : longWait, took * rest), longestWait)
    }

    /// Prints the result, and what was paid and replayed.
    func printEnding(_ run: RunDetail, to terminal: Terminal) async throws {
        let id = run.summary.id
        terminal.print(StyledLine())
        if run.summary.state == "succeeded" {
            if let output = try await output(of: RunID(rawValue: id)) {
                terminal.print(JSONView.text(output).split(separator: "\n").map { StyledLine($0) })
                terminal.print(StyledLine())
            }
        } else {
            for job in run.jobs {
                if let error = job.error { terminal.print(StyledLine("✗ \(job.name): ", .red).adding(error)) }
            }
        }
        terminal.print(MoneyLine.line(run))
    }

    /// Prints the commands to go on with; they need the scheduler.
    func printNext(_ run: RunDetail, to terminal: Terminal) {
        let id = run.summary.id
        let next = run.summary.state == "succeeded" ? "chassis output \(id)" : "chassis retry \(id)"
        terminal.print("go on with: chassis show \(id)   chassis logs \(id)   \(next)", .dim)
    }

    /// The run's output, or nil when it has none, or one that cannot be shown: how the run ended stays true.
    private func output(of id: RunID) async throws -> JSONValue? {
        do {
            return try await api.ask { try await $0.output(of: id, job: nil) }
        } catch ClientError.refused(let problem) where [404, 409].contains(problem.status) {
            return nil
        } catch let error as ClientError {
            api.errors.print(
                "the output cannot be shown: \(error.message); ask for that of one job with 'chassis output \(id) --job NAME'"
            )
            return nil
        }
    }
}
