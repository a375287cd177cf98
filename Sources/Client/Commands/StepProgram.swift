import Glibc
import Subprocess
import SystemPackage

/// Runs the command of a step: its output is kept, its errors go where this program's go.
enum StepProgram {
    /// The most that a step may print: 4 MiB.
    static let maximumOutput = 4 << 20

    struct Outcome: Sendable {
        let status: Int32
        let output: String
    }

    /// The program ran, and what it printed cannot be kept.
    struct NotKept: Error {
        let reason: String
    }

    /// - Throws: `ClientError.unsuccessful` for a program that cannot be started; `NotKept` for one that prints too much or no
    ///   UTF-8.
    static func run(_ program: String, _ arguments: [String], idempotencyKey: String) async throws -> Outcome {
        do {
            let result = try await Subprocess.run(
                program.contains("/") ? .path(FilePath(program)) : .name(program),
                arguments: Arguments(arguments),
                environment: .inherit.updating(["CHASSIS_IDEMPOTENCY_KEY": idempotencyKey]),
                input: .fileDescriptor(.standardInput, closeAfterSpawningProcess: false),
                output: .bytes(limit: maximumOutput),
                error: .fileDescriptor(.standardError, closeAfterSpawningProcess: false)
            )
            guard let text = String(validating: result.standardOutput, as: UTF8.self) else {
                throw NotKept(reason: "what \(program) printed is no UTF-8; leave it in a file, and print where")
            }
            switch result.terminationStatus {
            case .exited(let code): return Outcome(status: code, output: text)
            case .signaled(let number): return Outcome(status: 128 + number, output: text)
            }
        } catch let error as SubprocessError {
            guard error.code != .outputLimitExceeded else {
                throw NotKept(
                    reason:
                        "\(program) printed more than \(maximumOutput) bytes; leave it in a file, such as one below "
                        + "$CHASSIS_ARTIFACTS, and print where"
                )
            }
            throw ClientError.unsuccessful("\(program) cannot be run: \(error)")
        }
    }
}
