import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A program runs as its worker's user, and still cannot look into the worker.
@Suite struct WorkerPrivacyTests {
    /// Reads the environments of all processes there are; prints the names of those that hold the secret.
    private static let prying = """
        for process in /proc/[0-9]*; do
          if tr '\\\\0' '\\\\n' 2>/dev/null <$process/environ | grep -q ^PRIVACY_TEST_KEY=; then cat $process/comm; fi
        done | sort | tr '\\\\n' ' '
        """

    @Test(.timeLimit(.minutes(5)))
    func aProgramReadsNoEnvironmentOfItsWorkerOrOfTheGateway() async throws {
        let fleet = try await Fleet.make()
        // Root reads everything, so the worker is somebody else.
        let isRoot = geteuid() == 0
        if isRoot { #expect(chmod(fleet.directory, 0o777) == 0 && chmod(fleet.directory + "/store", 0o777) == 0) }
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        // The gateway reaches the database by variables of its worker, and so is told of those.
        let words = fleet.conninfo.split(separator: " ")
        let host = try #require(words.first { $0.hasPrefix("host=") }?.dropFirst("host=".count))
        let worker = fleet.worker(
            "w",
            through: isRoot ? nobody : [],
            to: words.filter { !$0.hasPrefix("host=") }.joined(separator: " "),
            adding: ["PRIVACY_TEST_KEY": "sesame", "PGHOST": String(host), "PGPASSWORD": "opensesame"]
        )
        // A process that hides nothing shows that the program looks in the right place.
        let open = ChildProcess((isRoot ? nobody : []) + ["sleep", "1000"], adding: ["PRIVACY_TEST_KEY": "sesame"])
        while Fleet.read("/proc/\(open.pid)/comm") != "sleep\n" {
            _ = try await fleet.pool.query("SELECT pg_sleep(0.02)")
        }
        let source = """
            name: prying
            jobs:
              pry: {command: {run: [sh, -c, "\(Self.prying.replacing("\n", with: "\\n"))"], connections: [model]}}
            """
        let run = try await fleet.submit("prying", source, [.init(name: "pry", kind: "command")])
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        let output = try await fleet.pool.query(
            "SELECT output::text AS output FROM chassis.done WHERE run_id = $1::bigint",
            [.integer(run.rawValue)]
        ).rows[0].string("output")
        #expect(output == #""sleep ""#, "\(output)")
        // What a process was started with is shown until it makes itself private. Root sees it also behind that.
        if isRoot {
            let gateways = Descendants.marked("chassis-worker\0gateway").map { Fleet.read("/proc/\($0)/environ") }
                .filter { $0.contains("TMPDIR=\(fleet.directory)\0") }
            #expect(gateways.count == 1)
            #expect(gateways.allSatisfy { !$0.contains("sesame") && !$0.contains("PRIVACY_TEST_KEY") }, "\(gateways)")
        }
        await open.killAndWait()
        await worker.killAndWait()
        await fleet.close()
    }
}
