import Glibc
import JobModel
import Postgres
import TestSupport
import Testing

@testable import Client

/// `chassis dev` over a real Postgres, with a scheduler and workers that only play their parts.
@Suite(.serialized, .timeLimit(.minutes(5))) struct DevTests {
    /// The programs side by side in a directory, and a state directory beside them.
    private struct Stage {
        let directory: String
        /// Where the tests were built to.
        private static let built = FileSystem.parent(of: FileSystem.linkTarget("/proc/self/exe") ?? "/")

        init() async throws {
            directory = try FileSystem.makeTemporaryDirectory("/tmp/chassis-test-")
            chmod(directory, 0o755)
            let scheduler = "#!/bin/sh\nexec python3 '\(Fixture.directory)/fake_scheduler.py' \"$@\"\n"
            for (name, text) in [("chassis-scheduler", scheduler), ("chassis-worker", "#!/bin/sh\nexec sleep 1000\n")] {
                try LocalFile.replace("\(directory)/\(name)", with: text)
                chmod("\(directory)/\(name)", 0o755)
            }
            for name in ["chassis", "chassis-guard"] {
                let built = Self.product(name)
                // A hard link, not a symbolic one: the command looks for its neighbours where it really is.
                guard link(built, "\(directory)/\(name)") != 0 else { continue }
                // Where `/tmp` is another file system. Not copied here: a program that is open for writing, also in a
                // child that has only just been forked, cannot be started.
                let copied = await ChildProcess(["cp", built, "\(directory)/\(name)"]).ended()
                guard copied == .exited(0) else { throw LocalFile.fault("\(directory)/\(name)") }
            }
        }

        var state: String { directory + "/state" }

        /// Has a shell do something before the scheduler begins.
        func precede(_ script: String) throws {
            let path = directory + "/chassis-scheduler"
            let scheduler = "exec python3 '\(Fixture.directory)/fake_scheduler.py' \"$@\"\n"
            try LocalFile.replace(path, with: "#!/bin/sh\n\(script)\n\(scheduler)")
            chmod(path, 0o755)
        }

        /// Starts `chassis dev` and waits until everything runs.
        func start() async throws -> (process: ChildProcess, file: DevFile) {
            let process = ChildProcess(
                [directory + "/chassis", "dev", "--state", state, "--no-example", "--port", "0"],
                directory: directory
            )
            guard await process.line(where: { $0.contains("Ctrl-C ends everything") }) != nil,
                let file = try DevFile(at: state + "/dev.json")
            else { throw ClientError.dev(what: process.output, wayOut: nil) }
            return (process, file)
        }

        func remove() async {
            _ = await ChildProcess(["rm", "-rf", "--", directory]).ended()
        }

        /// The directory of the test bundle, or the one above it, holds the other products.
        private static func product(_ name: String) -> String {
            let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") }.flatMap(FileSystem.real)
            return FileSystem.parent(of: bundle ?? built + "/x") + "/" + name
        }
    }

    /// Waits until none of the processes is there any more.
    private func allGone(_ file: DevFile) async -> Bool {
        let pids = [file.processes.scheduler, file.processes.postgres].compactMap(\.self) + file.processes.workers
        for pid in pids {
            // A process that is nobody's child here is waited for through a descriptor of it.
            guard
                await ChildProcess(["timeout", "60", "tail", "--pid=\(pid)", "-f", "/dev/null"]).ended() == .exited(0)
            else { return false }
        }
        return true
    }

    private func answers(_ url: String) async throws -> Bool {
        let connection = try await PostgresConnection.connect(.init(conninfo: url, applicationName: "test"))
        defer { _ = connection }
        let count = try await connection.query("SELECT 1").rows.count
        await connection.close()
        return count == 1
    }

    @Test func refusesToRunTheExampleAsASuperuser() async throws {
        let stage = try await Stage()
        let examples = stage.directory + "/Examples"
        _ = await ChildProcess(["mkdir", "-p", examples + "/churn-report", examples + "/scripted-model"]).ended()
        for file in ["churn-report/workflow.yaml", "scripted-model/server.py"] {
            try LocalFile.replace("\(examples)/\(file)", with: "")
        }
        let dev = ChildProcess(
            [
                stage.directory + "/chassis", "dev", "--state", stage.state, "--once", "--port", "0", "--postgres",
                try await TestDatabase.empty(),
            ],
            removing: ["OPENAI_API_KEY"],
            directory: stage.directory
        )
        #expect(await dev.ended() == .exited(1), "\(dev.output)")
        _ = await dev.line { _ in false }
        #expect(dev.output.contains("the role of --postgres is a superuser"), "\(dev.output)")
        #expect(!dev.output.contains("migrations"), "\(dev.output)")
        await stage.remove()
    }

    @Test func tellsThatTheExampleWasNotSeenToItsEnd() async throws {
        let stage = try await Stage()
        let repository = (1...3).reduce(Fixture.directory) { path, _ in FileSystem.parent(of: path) }
        let dev = ChildProcess(
            [stage.directory + "/chassis", "dev", "--state", stage.state, "--port", "0", "--once"],
            removing: ["OPENAI_API_KEY"],
            directory: repository
        )
        #expect(await dev.line { $0.contains("a scripted model") } != nil, "\(dev.output)")
        dev.signal(SIGINT)
        #expect(await dev.ended() == .exited(CommandStatus.interrupted.rawValue), "\(dev.output)")
        await stage.remove()
    }

    @Test func startsEverythingAndLeavesNothingBehind() async throws {
        let stage = try await Stage()
        let (process, file) = try await stage.start()
        #expect(file.processes.workers.count == 2)
        #expect(try await answers(file.postgres))
        #expect(FileSystem.status(stage.state + "/dev.json")?.st_mode == S_IFREG | 0o600)
        process.signal(SIGTERM)
        #expect(await process.ended() == .exited(0))
        #expect(await allGone(file))
        #expect(!LocalFile.exists(stage.state + "/dev.json"))
        #expect(!LocalFile.exists(stage.state + "/postgres/postmaster.pid"))
        await stage.remove()
    }

    /// Between the look for a free port and the scheduler that listens on it, somebody else may take it.
    @Test func takesAnotherPortWhereTheFreeOneIsTaken() async throws {
        let stage = try await Stage()
        let (asked, go) = (stage.directory + "/asked", stage.directory + "/go")
        mkfifo(go, 0o600)
        // The first scheduler tells its port, waits, and cannot have it.
        try stage.precede(
            "if mkdir '\(stage.directory)/first'; then echo \"$@\" > '\(asked).new'; mv '\(asked).new' '\(asked)'; "
                + "read word < '\(go)'; exit 1; fi"
        )
        let dev = ChildProcess(
            [stage.directory + "/chassis", "dev", "--state", stage.state, "--no-example", "--port", "0"],
            directory: stage.directory
        )
        while !LocalFile.exists(asked) { await Task.yield() }
        let words = try LocalFile.readText(asked, maximumBytes: 4096)
        let port = try #require(words.split(separator: ":").last.flatMap { UInt16($0.prefix { $0.isNumber }) })
        // Another scheduler, which is ready, and not for this token.
        let other = ChildProcess(
            ["python3", "\(Fixture.directory)/fake_scheduler.py", "--listen", "127.0.0.1:\(port)"],
            adding: ["CHASSIS_FAKE_OUTAGE": asked]
        )
        #expect(await other.line { _ in true } != nil)
        _ = await ChildProcess(["sh", "-c", "echo go > '\(go)'"]).ended()
        #expect(await dev.line { $0.contains("Ctrl-C ends everything") } != nil, "\(dev.output)")
        let file = try #require(try DevFile(at: stage.state + "/dev.json"))
        #expect(file.address != "http://127.0.0.1:\(port)" && file.processes.workers.count == 2)
        // What did not come about is not said to be there.
        #expect(!dev.output.contains("127.0.0.1:\(port)"), "\(dev.output)")
        dev.signal(SIGTERM)
        #expect(await dev.ended() == .exited(0))
        #expect(await allGone(file))
        await other.killAndWait()
        await stage.remove()
    }

    @Test func keepsASecondOneOut() async throws {
        let stage = try await Stage()
        let (process, _) = try await stage.start()
        let second = ChildProcess([stage.directory + "/chassis", "dev", "--state", stage.state, "--no-example"])
        #expect(await second.ended() == .exited(CommandStatus.unsuccessful.rawValue))
        #expect(
            second.output.hasPrefix("chassis: another 'chassis dev' runs with the state directory \(stage.state); ")
        )
        process.signal(SIGINT)
        #expect(await process.ended() == .exited(0))
        await stage.remove()
    }

    @Test func leavesNothingBehindWhenItIsKilledAndGoesOnAfterwards() async throws {
        let stage = try await Stage()
        let (process, file) = try await stage.start()
        let connection = try await PostgresConnection.connect(.init(conninfo: file.postgres, applicationName: "test"))
        try await connection.execute("CREATE TABLE kept (n int); INSERT INTO kept VALUES (7)")
        await process.killAndWait()
        // The second start does not wait for us to look: it must cope with what is still ending.
        let (again, fileAgain) = try await stage.start()
        #expect(await allGone(file))
        #expect(fileAgain.token == file.token)
        let next = try await PostgresConnection.connect(.init(conninfo: fileAgain.postgres, applicationName: "test"))
        #expect(try await next.query("SELECT n FROM kept").rows.count == 1)
        await next.close()
        await connection.close()
        again.signal(SIGTERM)
        #expect(await again.ended() == .exited(0))
        await stage.remove()
    }

    @Test func startsAWorkerAgainThatWasKilled() async throws {
        let stage = try await Stage()
        let (process, file) = try await stage.start()
        let victim = try #require(file.processes.workers.first)
        kill(victim, SIGKILL)
        #expect(await process.line { $0.contains("worker-1 ended with signal 9; it is started again") } != nil)
        process.signal(SIGTERM)
        #expect(await process.ended() == .exited(0))
        #expect(await allGone(file))
        await stage.remove()
    }

    @Test func refusesAClusterOfAnotherVersion() async throws {
        let stage = try await Stage()
        try FileSystem.makeDirectory(stage.state + "/postgres")
        try LocalFile.replace(stage.state + "/postgres/PG_VERSION", with: "9\n")
        let process = ChildProcess([stage.directory + "/chassis", "dev", "--state", stage.state, "--no-example"])
        #expect(await process.ended() == .exited(1))
        #expect(process.output.contains("was made by PostgreSQL 9, installed is "))
        #expect(process.output.split(separator: "\n").count == 1)
        await stage.remove()
    }

    @Test(arguments: ["/proc/chassis", "/dev/null/chassis"])
    func saysInOneLineThatTheStateDirectoryCannotBeUsed(_ state: String) async throws {
        let stage = try await Stage()
        let process = ChildProcess([stage.directory + "/chassis", "dev", "--state", state, "--no-example"])
        #expect(await process.ended() == .exited(2))
        #expect(process.output.hasPrefix("chassis: /"))
        #expect(process.output.split(separator: "\n").count == 1)
        await stage.remove()
    }

    @Test func putsTheSocketWhereItsPathIsShortEnough() throws {
        let long = "/tmp/" + String(repeating: "x", count: 100)
        let directory = try SocketDirectory.make(state: long, account: try ServerAccount.needed())
        #expect(directory.hasPrefix("/tmp/chassis-"))
        #expect(directory.utf8.count < 40)
        #expect(FileSystem.status(directory)?.st_mode == S_IFDIR | 0o700)
        SocketDirectory.remove(directory)
        #expect(!LocalFile.exists(directory))
    }
}
