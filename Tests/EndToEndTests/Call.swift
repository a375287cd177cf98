import Glibc
import TestSupport

/// One call of a program that is expected to end soon, and what it said.
struct Call {
    /// How long any of them may take before it counts as hanging, in seconds.
    private static let patience = 20
    /// The memory that a program may take for its data, in KiB: less than the largest file it is given takes, 100 MiB,
    /// beside the 38 MiB of tables that a program for release has in it (decision 38) and the stacks of its threads.
    private static let memory = 128 * 1024

    let ending: ChildProcess.Ending
    /// What it wrote to both streams.
    let lines: [String]

    /// - Parameter script: What the shell does with the program and its arguments, which are `"$@"`.
    static func of(
        _ program: String,
        _ arguments: [String],
        script: String = #"exec "$@""#,
        adding variables: [String: String] = [:],
        directory: String? = nil
    ) async -> Call {
        let process = ChildProcess(
            ["timeout", "-k", "1", "\(patience)", "bash", "-c", "ulimit -d \(memory); \(script)", "bash"]
                + [Programs.path(program)] + arguments,
            adding: variables,
            removing: ["OPENAI_API_KEY", "CHASSIS_ADDRESS", "CHASSIS_TOKEN", "CHASSIS_POSTGRES", "CHASSIS_STORE"],
            directory: directory
        )
        let ending = await process.ended()
        // The last lines may come after the end.
        _ = await process.line { _ in false }
        return Call(ending: ending, lines: process.output.split(separator: "\n").map(String.init))
    }

    /// Whether it ended with the status after one line that holds all of the texts.
    func isRefusal(_ status: Int32, _ texts: [String]) -> Bool {
        ending == .exited(status) && lines.count == 1 && texts.allSatisfy { lines[0].contains($0) }
    }
}
