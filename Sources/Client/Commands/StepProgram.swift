import Glibc
import Subprocess
import SystemPackage

/// Runs the command of a step: its output is kept, its errors go where this program's go.
enum StepProgram {
    /// The most that is kept of what a step prints: 4 MiB.
    static let maximumOutput = 4 << 20

    enum Output: Equatable, Sendable {
        case text(String)
        /// It cannot be kept, for this reason, which says what to do.
        case notKept(because: String)
    }

    enum Outcome: Equatable, Sendable {
        case ended(status: Int32, Output)
        /// A signal ended it, wherever it was.
        case killed(signal: Int32)
        /// It was not started, so nothing was done; the status is that of a shell.
        case notStarted(status: Int32, because: String)
        /// It was started, and how it ended is not known.
        case lost(because: String)
    }

    /// Runs a program to its end, however much it prints: what it does behind that is done, too.
    static func run(_ program: String, _ arguments: [String], idempotencyKey: String) async throws -> Outcome {
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(arguments),
                environment: .inherit.updating(["CHASSIS_IDEMPOTENCY_KEY": idempotencyKey]),
                input: .fileDescriptor(.standardInput, closeAfterSpawningProcess: false),
                output: .sequence,
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
            ) { execution in
                var kept: [UInt8] = []
                var count = 0
                for try await buffer in execution.standardOutput {
                    count += buffer.count
                    if count <= maximumOutput { buffer.withUnsafeBytes { kept += $0 } }
                }
                return (kept: kept, count: count)
            }
            let printed = result.closureResult
            switch result.terminationStatus {
            case .exited(let status):
                return .ended(status: status, output(printed.kept, of: printed.count, by: program))
            case .signaled(let number): return .killed(signal: number)
            }
        } catch let error as SubprocessError {
            return outcome(of: program, error)
        }
    }

    private static func outcome(of program: String, _ error: SubprocessError) -> Outcome {
        switch error.code {
        case .executableNotFound:
            // The library says so too of a file that may not be executed, or whose interpreter is missing.
            guard program.contains("/"), access(program, F_OK) == 0 else {
                return .notStarted(status: 127, because: "\(program) was not started: there is no such program")
            }
            return .notStarted(
                status: 126,
                because: "\(program) was not started: it may not be executed, or what its first line names is missing"
            )
        case .spawnFailed:
            let reason = error.underlyingError.map { "\($0)" } ?? "\(error)"
            return .notStarted(status: 126, because: "\(program) was not started: \(reason)")
        default: return .lost(because: "\(program) was started, and how it ended is not known: \(error)")
        }
    }

    private static func output(_ kept: [UInt8], of count: Int, by program: String) -> Output {
        let place = "leave it in a file, such as one below $CHASSIS_ARTIFACTS, and print where"
        guard count <= maximumOutput else {
            return .notKept(
                because: "\(program) printed \(count) bytes, more than the \(maximumOutput) that are kept; \(place)"
            )
        }
        guard let text = String(validating: kept, as: UTF8.self) else {
            return .notKept(because: "what \(program) printed is no UTF-8; \(place)")
        }
        return .text(text)
    }
}
