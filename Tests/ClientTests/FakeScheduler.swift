import TestSupport

@testable import Client

/// The scheduler that `Fixtures/fake_scheduler.py` plays.
struct FakeScheduler {
    let process: ChildProcess
    let address: String

    /// - Parameters:
    ///   - outage: A file; while it exists the scheduler answers 503.
    ///   - loss: A file; where it exists the next answer to what is posted is lost, and the file is removed.
    static func start(outage: String = "/nonexistent", loss: String = "/nonexistent") async -> FakeScheduler {
        let process = ChildProcess(
            ["python3", Fixture.directory + "/fake_scheduler.py"],
            adding: ["CHASSIS_FAKE_OUTAGE": outage, "CHASSIS_FAKE_LOSS": loss]
        )
        let line = await process.line { $0.hasPrefix("port ") }
        return FakeScheduler(process: process, address: "http://127.0.0.1:\(line?.dropFirst(5) ?? "0")")
    }

    /// Calls the `chassis` command.
    ///
    /// - Parameter width: The columns of the terminal, nil for output that is none.
    func chassis(
        _ arguments: String...,
        token: String? = "good",
        width: Int? = nil
    ) async -> (status: CommandStatus, output: String, errors: String) {
        await chassis(arguments, token: token, width: width)
    }

    func chassis(
        _ arguments: [String],
        token: String? = "good",
        width: Int? = nil
    ) async -> (status: CommandStatus, output: String, errors: String) {
        var environment = ["CHASSIS_ADDRESS": address]
        environment["CHASSIS_TOKEN"] = token
        let (output, errors) = (Terminal(bufferOf: width), Terminal(bufferOf: nil))
        let invocation = Invocation(environment: environment, directory: "/tmp", output: output, errors: errors)
        let status = await Program.run(arguments, invocation)
        return (status, output.written, errors.written)
    }
}
