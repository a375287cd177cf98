import Glibc

/// The model server that plays recorded turns.
struct ScriptedModel: Sendable {
    private static let patience = Duration.seconds(20)
    private static let look = Duration.milliseconds(20)
    /// The model's name in its scenario.
    static let model = "scripted-analyst"

    let process: GuardedProcess
    /// Such as `http://127.0.0.1:40123/v1`.
    let url: String

    /// Starts it on a free port.
    static func start(_ launcher: Launcher, examples: ExampleFolder) async throws -> ScriptedModel {
        let portFile = launcher.state.modelPort
        unlink(portFile)
        let scenarios = examples.scenarios.flatMap { ["--scenario", $0] }
        let options = ["--port", "0", "--port-file", portFile, "--log", launcher.state.logs + "/model.bill"]
        let process = try launcher.start(
            ["python3", examples.scriptedModel] + scenarios + options,
            name: "model",
            directory: examples.path,
            grace: .seconds(2)
        )
        let end = launcher.clock.now.advanced(by: patience)
        do {
            while true {
                if let ending = process.ending {
                    let hint = ending == .exited(127) ? "install python3, or give --model-url" : "see \(process.log)"
                    throw ClientError.dev(
                        what: "the scripted model did not start (\(ending)): \(process.lastWords)",
                        wayOut: hint
                    )
                }
                if LocalFile.exists(portFile) {
                    let text = try LocalFile.readText(portFile, maximumBytes: 64)
                    if text.hasSuffix("\n"), let port = UInt16(text.dropLast()) {
                        return ScriptedModel(process: process, url: "http://127.0.0.1:\(port)/v1")
                    }
                }
                guard launcher.clock.now < end else {
                    throw ClientError.dev(
                        what: "the scripted model was not ready within \(patience.components.seconds)s",
                        wayOut: "see \(process.log)"
                    )
                }
                try await launcher.clock.sleep(for: look)
            }
        } catch {
            process.askToStop()
            await process.waitForEnd()
            throw error
        }
    }
}
