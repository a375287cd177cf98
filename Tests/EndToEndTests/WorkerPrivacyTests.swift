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
        let worker = fleet.worker(
            "w",
            through: isRoot ? nobody : [],
            adding: ["PRIVACY_TEST_KEY": "sesame"]
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
        await open.killAndWait()
        await worker.killAndWait()
        await fleet.close()
    }
}
