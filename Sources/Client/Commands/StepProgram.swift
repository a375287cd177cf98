import Glibc
import Subprocess
import SystemPackage

/// Runs the command of a step: its output is kept, its errors go where this program's go.
enum StepProgram {
    /// The most that is kept of what a step prints: 4 MiB.
    static let maximumOutput = 4 << 20

    struct Outcome: Sendable {
        enum Output: Equatable, Sendable {
            case text(String)
            /// It cannot be kept, for this reason, which says what to do.
            case notKept(because: String)
        }

        let status: Int32
        let output: Output
    }

    /// Runs a program to its end, however much it prints: what it does behind that is done, too.
    ///
    /// - Throws: `ClientError.unsuccessful` for a program that cannot be started.
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
            return Outcome(
                status: status(result.terminationStatus),
                output: output(printed.kept, of: printed.count, by: program)
            )
        } catch let error as SubprocessError {
            throw ClientError.unsuccessful("\(program) cannot be run: \(error)")
        }
    }

    /// The status as a shell tells it.
    private static func status(_ status: TerminationStatus) -> Int32 {
        switch status {
        case .exited(let code): code
        case .signaled(let number): 128 + number
        }
    }

    private static func output(_ kept: [UInt8], of count: Int, by program: String) -> Outcome.Output {
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
