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

    private static let limited = [
        "items": """
        name: items
        jobs:
          each:
            map: {over: "${{ params.list }}"}
            limits: [{at_once: 2}]
            command: [sh, -c, "COUNT items 2"]
            retry: {attempts: 1}
        params: {list: {type: array, default: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]}}
        """,
        "child": """
        name: child
        limits: [{runs: 2}]
        jobs: {one: {limits: [{at_once: 1}], command: [sh, -c, "COUNT children 1"], retry: {attempts: 1}}}
        """,
        "parent": """
        name: parent
        jobs:
          each:
            map: {over: "${{ params.list }}"}
            workflow: child
        params: {list: {type: array, default: [1, 2, 3, 4, 5, 6]}}
        """,
    ]

    /// Each counts those that are there beside it, the first ones when there are as many as there may be.
    @Test(.timeLimit(.minutes(5))) func limitsHoldInItemsAndInChildRuns() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let count = fleet.directory + "/count.sh"
        Fleet.write(
            """
            cd \(fleet.directory); mkdir -p $1; touch $1/$$
            until [ -e $1.met ]; do if [ $(ls $1 | wc -l) -ge $2 ]; then touch $1.met; else sleep 0.01; fi; done
            ls $1 | wc -l >> $1.peaks; sleep 0.1; rm $1/$$

            """,
            to: count
        )
        #expect(mkdir(fleet.directory + "/flows", 0o755) == 0)
        for (name, text) in Self.limited {
            Fleet.write(text.replacing("COUNT", with: "sh \(count)"), to: fleet.directory + "/flows/\(name).yaml")
        }
        let scheduler = await fleet.scheduler()
        let workers = ["w1", "w2"].map { fleet.worker($0, arguments: ["--slots", "8"]) }
        let said = await fleet.chassis(["deploy", fleet.directory + "/flows"], at: scheduler)
        #expect(said.contains("new       parent"), "\(said)")
        for name in ["items", "parent"] {
            let run = await fleet.chassis(["run", fleet.directory + "/flows/\(name).yaml"], at: scheduler)
            #expect(run.contains("run "), "\(run)")
        }
        for run in 1...2 { #expect(try await fleet.end(of: RunID(rawValue: Int64(run))) == "succeeded") }
        func peaks(_ name: String) -> [Int] {
            Fleet.read("\(fleet.directory)/\(name).peaks").split(separator: "\n").compactMap { Int($0) }
        }
        #expect(peaks("items").count == 10 && peaks("items").max() == 2, "\(peaks("items"))")
        #expect(peaks("children").count == 6 && peaks("children").max() == 1, "\(peaks("children"))")
        let left = try await fleet.pool.query("SELECT count(*) AS n FROM chassis.permit").rows[0].int("n")
        #expect(left == 0)
        for process in workers + [scheduler] { await process.killAndWait() }
        await fleet.close()
    }

    /// At most one at once, or `mkdir` would fail; although workers are killed, and whoever waits is told why.
    @Test(.timeLimit(.minutes(5))) func limitsAndLabelsHoldWhileWorkersAreKilled() async throws {
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
