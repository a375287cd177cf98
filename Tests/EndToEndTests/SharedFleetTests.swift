import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Limits, labels, pauses and `why`, with the real programs.
@Suite(.serialized) struct SharedFleetTests {
    private static let file = """
        name: churn
        params: {customer: {}}
        limits: [{runs: 1, key: "${{ params.customer }}"}]
        jobs:
          train:
            command: [sh, -c, "mkdir $FLEET_DIR/busy && sleep 0.1 && rmdir $FLEET_DIR/busy"]
            requires: {gpu: a100}
            limits: [{at_once: 1}]
            retry: {attempts: 1}

        """

    /// At most one at once, or `mkdir` would fail; although workers are killed, and whoever waits is told why.
    @Test(.timeLimit(.minutes(1))) func limitsAndLabelsHoldWhileWorkersAreKilled() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let file = fleet.directory + "/churn.yaml"
        Fleet.write(Self.file.replacing("$FLEET_DIR", with: fleet.directory), to: file)
        let scheduler = await fleet.scheduler()
        let plain = fleet.worker("plain")
        _ = await plain.line { $0.contains("session has begun") }
        for customer in ["a", "a", "b", "c"] {
            let said = await fleet.chassis(["run", file, "--param", "customer=\(customer)"], at: scheduler)
            #expect(said.contains("run "), "\(said)")
        }
        let label = await fleet.chassis(["why", "1"], at: scheduler)
        #expect(label.contains("no live worker of the queue default has gpu=a100"), "\(label)")
        let limit = await fleet.chassis(["why", "2", "train"], at: scheduler)
        #expect(limit.contains("1 run at once may be active (workflow churn, key a), and is (run 1)"), "\(limit)")
        let paused = await fleet.chassis(["pause", "4", "--reason", "later"], at: scheduler)
        #expect(paused.contains("run 4 is paused"), "\(paused)")
        let first = fleet.worker("gpu-1", arguments: ["--label", "gpu=a100"])
        let second = fleet.worker("gpu-2", arguments: ["--label", "gpu=a100", "--label", "region=eu"])
        for run in 1...3 { #expect(try await fleet.end(of: RunID(rawValue: Int64(run))) == "succeeded") }
        let why = await fleet.chassis(["why", "4", "--json"], at: scheduler)
        #expect(why.contains("\"run-paused\""), "\(why)")
        await first.killAndWait()
        _ = await fleet.chassis(["resume", "4"], at: scheduler)
        #expect(try await fleet.end(of: RunID(rawValue: 4)) == "succeeded")
        let audit = await fleet.chassis(["audit"], at: scheduler)
        #expect(audit.contains("run.pause") && audit.contains("later") && audit.contains("run.resume"), "\(audit)")
        for process in [plain, second, scheduler] { await process.killAndWait() }
        await fleet.close()
    }
}
