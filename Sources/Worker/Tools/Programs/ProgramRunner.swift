import Glibc
import Subprocess
import SystemPackage

/// Runs programs under `chassis-guard`, which ends everything that comes of them.
///
/// The guard, not this type, sets limits and finds processes that leave their session; it notices that the worker died
/// by the end of its standard input. swift-subprocess starts it: on Linux that offers no hook before exec, which is why
/// there is a guard, but its spawning, its reading by epoll and its waiting by pidfd block no thread of the
/// concurrency pool.
package struct ProgramRunner: Sendable {
    /// How long the guard has, beyond the grace, to see the end of every process before it is killed itself; the guard
    /// gives up by itself sooner.
    private static let guardPatience: Duration = .seconds(15)

    /// How the guard's report begins when processes of the program outlive it.
    private static let leftBehind = "left behind: "

    private let guardPath: String
    private let clock: any Clock<Duration>
    private let redactor: Redactor

    /// - Parameters:
    ///   - guardPath: Where `chassis-guard` lies; by default next to the running program.
    ///   - clock: Measures the time limit.
    ///   - redactor: Takes secrets out of what programs write, by default none.
    package init(
        guardPath: String? = nil,
        clock: any Clock<Duration> = ContinuousClock(),
        redactor: Redactor = .none
    ) {
        self.redactor = redactor
        self.guardPath = guardPath ?? Self.besideThisProgram
        self.clock = clock
    }

    /// Runs a program until no process of it is left.
    ///
    /// When the task is cancelled, the program's processes get SIGTERM, after the grace SIGKILL, and the call returns
    /// when they are gone.
    ///
    /// - Parameters:
    ///   - onLine: Is told every line as it comes, from two tasks at once, so it must not wait.
    ///   - onOutput: Is told every piece of standard output as it comes; then none of it is kept or handed on as lines.
    /// - Throws: `CancellationError`, or `ToolsError` when the guard itself cannot do its work. A program that
    ///   cannot be started is a result, not an error.
    package func run(
        _ program: Program,
        onLine: @escaping @Sendable (ProgramLine) -> Void = { _ in },
        onOutput: (@Sendable ([UInt8]) -> Void)? = nil
    ) async throws -> ProgramResult {
        precondition(!program.arguments.isEmpty, "a program has a name")
        try Task.checkCancellation()
        let elapsed = clock.stopwatch()
        let outcome: Outcome
        do {
            outcome = try await start(program, onOutput: onOutput, onLine: onLine)
        } catch let error as SubprocessError {
            try Task.checkCancellation()
            outcome = Outcome(ending: try notStarted(program, error))
        }
        try Task.checkCancellation()
        return ProgramResult(
            ending: outcome.ending,
            output: outcome.output?.text ?? "",
            droppedOutputBytes: outcome.output?.droppedBytes ?? 0,
            errorOutput: outcome.error?.text ?? "",
            duration: elapsed()
        )
    }

    private struct Outcome {
        var ending: ProgramEnding
        var output: StreamCapture?
        var error: StreamCapture?
    }

    private func start(
        _ program: Program,
        onOutput: (@Sendable ([UInt8]) -> Void)?,
        onLine: @escaping @Sendable (ProgramLine) -> Void
    ) async throws -> Outcome {
        let limits = program.limits
        let lifeline = try Lifeline()
        let watch = Watch(lifeline: lifeline, time: limits.time, clock: clock)
        let output = StreamCapture(
            .output,
            keeping: .head,
            limit: limits.outputBytes,
            loggedLimit: limits.loggedBytes,
            redactor: redactor,
            onLine: onLine,
            onBytes: onOutput
        )
        let error = StreamCapture(
            .error,
            keeping: .tail,
            limit: limits.errorOutputBytes,
            loggedLimit: limits.loggedBytes,
            redactor: redactor,
            onLine: onLine
        )
        let finished = try await withTaskCancellationHandler {
            try await Subprocess.run(
                configuration(program),
                input: .fileDescriptor(FileDescriptor(rawValue: lifeline.far), closeAfterSpawningProcess: true),
                output: .sequence,
                error: .sequence
            ) { execution in
                try await watch.read(
                    (output, execution.standardOutput),
                    (error, execution.standardError)
                )
            }
        } onCancel: {
            lifeline.cut()
        }
        let streams = finished.closureResult
        let report = lifeline.report()
        if let report, report.hasPrefix(Self.leftBehind) { onLine(ProgramLine(stream: .error, text: report)) }
        let ending = ending(
            finished.terminationStatus,
            report: report,
            timedOut: streams.timedOut,
            limits: limits
        )
        return Outcome(ending: ending, output: streams.output, error: streams.error)
    }

    private func configuration(_ program: Program) -> Configuration {
        var arguments = program.limits.guardOptions
        if let file = program.inputFile { arguments += ["--stdin-file", file] }
        if let ports = program.onlyPorts {
            arguments += ["--only-ports", ports.map(String.init).joined(separator: ",")]
        }
        var options = PlatformOptions()
        options.processGroupID = 0
        // Without it swift-subprocess kills the guard at once when the task is cancelled, and with it its knowledge.
        options.teardownSequence = [
            .send(signal: .terminate, allowedDurationToNextStep: program.limits.grace + Self.guardPatience)
        ]
        return Configuration(
            executable: .path(FilePath(guardPath)),
            arguments: Arguments(arguments + ["--"] + program.arguments),
            environment: .custom(Self.encoded(program.fullEnvironment)),
            workingDirectory: FilePath(program.workingDirectory ?? program.scratchDirectory),
            platformOptions: options
        )
    }

    private static func encoded(_ environment: [String: String]) -> [[UInt8]] {
        environment.map { name, value in Array("\(name)=\(value)".utf8) + [0] }
    }

    private func ending(
        _ status: TerminationStatus,
        report: String?,
        timedOut: Bool,
        limits: ProgramLimits
    ) -> ProgramEnding {
        if timedOut { return .timedOut(after: limits.time) }
        // A program of which something is left was started: how it ended, its status says.
        if let report, !report.hasPrefix(Self.leftBehind) {
            let exceeded = "exceeded: "
            guard report.hasPrefix(exceeded) else { return .notStarted(reason: report) }
            return .exceeded(String(report.dropFirst(exceeded.count)))
        }
        switch status {
        case .exited(let code): return .exited(code)
        case .signaled(let number): return .signalled(number)
        }
    }

    /// Tells the fault of a program's place from a fault of the guard, which is the installation's.
    private func notStarted(_ program: Program, _ error: SubprocessError) throws(ToolsError) -> ProgramEnding {
        switch error.code {
        case .failedToChangeWorkingDirectory:
            let directory = program.workingDirectory ?? program.scratchDirectory
            return .notStarted(reason: "the working directory \(directory) cannot be entered")
        case .executableNotFound: throw .guardMissing(path: guardPath)
        case _ where error.underlyingError == .argListTooLong: throw .argumentsTooLong
        default: throw .guardFailed(reason: error.description)
        }
    }

    /// The guard next to the program that is running.
    private static var besideThisProgram: String {
        var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &bytes, bytes.count)
        let path = String(decoding: bytes.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let directory = path.lastIndex(of: "/").map { path[...$0] } ?? "./"
        return directory + "chassis-guard"
    }
}

extension Clock {
    /// Returns a function that says how long ago this was called.
    fileprivate func stopwatch() -> () -> Duration {
        let begin = now
        return { begin.duration(to: now) }
    }
}
