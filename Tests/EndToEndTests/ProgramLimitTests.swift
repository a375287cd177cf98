import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Programs that take more than they may, by real workers: the error names the limit, and nobody beside them notices.
@Suite(.serialized) struct ProgramLimitTests {
    /// Programs, what their jobs allow them, and words of the errors that they end with.
    static let greedy: [(name: String, run: [String], limits: String, words: [String])] = [
        (
            "memory", ["python3", "-c", "x = bytearray(1 << 30)"], "memory: 256MiB",
            ["exited with status 1", "MemoryError", "limits.memory, which is 268435456 bytes"]
        ),
        (
            "total",
            [
                "python3", "-c",
                "import os, time\nos.fork()\nos.fork()\nx = bytearray(b'x') * (40 << 20)\ntime.sleep(300)",
            ],
            "total_memory: 120MiB", ["was ended", "of memory, more than 125829120 (limits.total_memory)"]
        ),
        (
            "processes", ["sh", "-c", "while :; do sleep 300 & done"], "processes: 40",
            ["was ended", "processes and threads, more than 40 (limits.processes)"]
        ),
        (
            "files", ["python3", "-c", "files = [open('/dev/null') for _ in range(100)]"], "open_files: 20",
            ["exited with status 1", "Too many open files", "limits.open_files, which is 20"]
        ),
        (
            "size", ["sh", "-c", "head -c 2000000 /dev/zero > big; exit $?"], "file_size: 1MiB",
            ["exited with status 153", "limits.file_size, which is 1048576 bytes"]
        ),
        (
            "said-size", ["python3", "-c", "open('big', 'wb').write(bytes(2000000))"], "file_size: 1MiB",
            ["exited with status 1", "File too large", "limits.file_size, which is 1048576 bytes"]
        ),
        (
            "cpu", ["sh", "-c", "while :; do :; done"], "cpu: 1s",
            ["was ended by signal 24", "limits.cpu, which is 1.0 seconds"]
        ),
    ]

    /// Starts processes and opens files, as many as it may, until it is told that the others are over.
    private static let neighbour = """
        import os, subprocess, sys
        began, over = sys.argv[1:]
        rounds = 0
        while not os.path.exists(over):
            programs = [subprocess.Popen(["sleep", "0.01"]) for _ in range(8)]
            files = [open(f"file{number}", "w") for number in range(30)]
            for file in files:
                with file:
                    file.write("x" * 1000)
            assert [program.wait() for program in programs] == [0] * 8
            rounds += 1
            if rounds == 2:
                open(began, "w").close()
        print("undisturbed")
        """

    @Test(.timeLimit(.minutes(5)), arguments: [true, false])
    func eachEndsWithAnErrorAndNobodyElseNotices(_ isUnprivileged: Bool) async throws {
        let fleet = try await Fleet.make(turns: 1)
        let isRoot = geteuid() == 0
        if isRoot { for folder in ["", "/store"] { #expect(chmod(fleet.directory + folder, 0o777) == 0) } }
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
        let worker = fleet.worker("only", through: isRoot && isUnprivileged ? nobody : [])
        let (began, over) = (fleet.directory + "/began", fleet.directory + "/over")
        let neighbour = try await fleet.submit(
            "neighbour",
            Self.source([("work", ["python3", "-c", Self.neighbour, began, over], "processes: 12")]),
            [.init(name: "work", kind: "command")]
        )
        while access(began, F_OK) != 0, !worker.hasEnded { await Task.yield() }
        let run = try await fleet.submit(
            "greedy",
            Self.source(Self.greedy.map { ($0.name, $0.run, $0.limits) }),
            Self.greedy.map { .init(name: $0.name, kind: "command", isDecisive: false) }
        )
        #expect(try await fleet.end(of: run) == "succeeded", "\(worker.output)")
        for (name, _, _, words) in Self.greedy {
            let message = try await fleet.pool.query(
                """
                SELECT coalesce(error ->> 'message', 'no error') AS text
                FROM chassis.done JOIN chassis.job USING (job_id) WHERE job.run_id = $1::bigint AND name = $2::text
                """,
                [.integer(run.rawValue), .text(name)]
            ).rows[0].string("text")
            for word in words { #expect(message.contains(word), "\(name): \(message)") }
        }
        Fleet.write("", to: over)
        let state = try await fleet.end(of: neighbour)
        let error = try await fleet.error(of: neighbour)
        #expect(state == "succeeded", "\(error) \(worker.output)")
        #expect(!worker.hasEnded)
        #expect(Descendants.marked("sleep\0300").allSatisfy { !Descendants.of(worker.pid).contains($0) })
        await worker.killAndWait()
        await fleet.close()
    }

    private static func source(_ jobs: [(name: String, run: [String], limits: String)]) -> String {
        jobs.reduce(into: "name: programs\njobs:") { source, job in
            let words = job.run.map { JSONValue.string($0).text() }.joined(separator: ", ")
            source += """

                  \(job.name):
                    may_fail: true
                    retry: {attempts: 1}
                    command: {run: [\(words)], limits: {\(job.limits)}}
                """
        }
    }
}
