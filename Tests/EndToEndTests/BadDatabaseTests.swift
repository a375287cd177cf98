import Glibc
import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// A Postgres that is absent, of the wrong version, read-only or with a newer schema, met by the real programs.
@Suite struct BadDatabaseTests {
    @Test(.timeLimit(.minutes(5)), arguments: BadDatabase.all)
    func isRefusedByEveryProgram(_ database: BadDatabase) async throws {
        let folder = Folder()
        defer { folder.remove() }
        let conninfo = try await database.make()
        let before = await Self.content(of: conninfo)
        let store = folder.directory("store")
        let process = ["--postgres", conninfo, "--store", store]
        let scheduler = await Call.of("chassis-scheduler", process + ["--listen", "127.0.0.1:0"])
        #expect(scheduler.isRefusal(1, ["chassis-scheduler: "] + database.saysToUsers), "\(scheduler)")
        let worker = await Call.of("chassis-worker", process)
        #expect(worker.isRefusal(1, ["chassis-worker: "] + database.saysToUsers), "\(worker)")
        let token = await Call.of("chassis", ["token", "create", "--name", "x", "--postgres", conninfo])
        #expect(token.isRefusal(4, ["chassis: "] + database.saysToUsers), "\(token)")
        #expect(await Self.content(of: conninfo) == before)
        guard !database.isMendedByMigrating else { return }
        let migrate = await Call.of("chassis", ["migrate", "--postgres", conninfo])
        #expect(migrate.isRefusal(4, ["chassis: "] + database.says), "\(migrate)")
        let state = folder.directory("state")
        let dev = await Call.of(
            "chassis",
            ["dev", "--postgres", conninfo, "--no-example", "--state", state],
            directory: folder.path
        )
        #expect(dev.isRefusal(4, ["chassis: "] + database.says), "\(dev)")
        #expect(await Self.content(of: conninfo) == before)
    }

    @Test(.timeLimit(.minutes(5))) func aStandbyIsRefused() async throws {
        let cluster = await PostgresCluster.make()
        await cluster.start()
        let conninfo = try await cluster.makeDatabase("chassis")
        #expect(await Call.of("chassis", ["migrate", "--postgres", conninfo]).ending == .exited(0))
        await cluster.stop()
        Fleet.write("", to: cluster.directory + "/data/standby.signal")
        await cluster.start()
        let folder = Folder()
        defer { folder.remove() }
        let process = ["--postgres", conninfo, "--store", folder.path]
        for (call, status) in [
            (await Call.of("chassis-scheduler", process + ["--listen", "127.0.0.1:0"]), Int32(1)),
            (await Call.of("chassis-worker", process), 1),
            (await Call.of("chassis", ["migrate", "--postgres", conninfo]), 4),
            (await Call.of("chassis", ["token", "create", "--name", "x", "--postgres", conninfo]), 4),
        ] {
            #expect(call.isRefusal(status, ["the server accepts no writes: it is a standby"]), "\(call)")
        }
        await cluster.stop()
    }

    /// A server that accepts no writes, or is away, for longer than the lease: nothing is half done, nothing is lost,
    /// and no program has to be started again.
    @Test(.timeLimit(.minutes(5))) func aServerThatComesBackFindsEverybodyThere() async throws {
        let cluster = await PostgresCluster.make()
        await cluster.start()
        let conninfo = try await cluster.makeDatabase("chassis")
        #expect(await Call.of("chassis", ["migrate", "--postgres", conninfo]).ending == .exited(0))
        let folder = Folder()
        defer { folder.remove() }
        let token = await Call.of("chassis", ["token", "create", "--name", "x", "--postgres", conninfo]).lines[0]
        let process = ["--postgres", conninfo, "--store", folder.directory("store"), "--log-format", "text"]
        let scheduler = ChildProcess(
            [Programs.path("chassis-scheduler"), "--listen", "127.0.0.1:0"] + process
        )
        let worker = ChildProcess([Programs.path("chassis-worker"), "--lease", "3s"] + process)
        let address = await scheduler.line { $0.contains("listening") }?.split(separator: "address=").last ?? ""
        let file = folder.file("file.yaml", "name: x\njobs: {a: {command: [echo, done]}}\n")
        func chassis(_ arguments: [String]) async -> Call {
            await Call.of(
                "chassis",
                arguments + ["--address", "http://\(address)"],
                adding: ["CHASSIS_TOKEN": token]
            )
        }
        _ = await worker.line { $0.contains("the session has begun") }

        try await Self.run("ALTER SYSTEM SET default_transaction_read_only = on", on: cluster)
        _ = await worker.line { $0.contains("no new session could be begun yet") && $0.contains("accepts no writes") }
        let refused = await chassis(["run", file])
        #expect(refused.isRefusal(4, ["the server accepts no writes", "[schema-unfit]"]), "\(refused)")
        try await Self.run(
            "SET default_transaction_read_only = off; ALTER SYSTEM RESET default_transaction_read_only",
            on: cluster
        )
        _ = await worker.line { $0.contains("the session has begun session.id=2") }
        let first = await chassis(["run", file, "--follow"])
        #expect(first.ending == .exited(0) && first.lines.contains("run 1  succeeded"), "\(first)")

        await cluster.stop()
        let away = await chassis(["runs"])
        #expect(away.isRefusal(4, ["no connection to the database server; ask again [database-una"]), "\(away)")
        _ = await worker.line { $0.contains("no new session could be begun yet") && $0.contains("No such file") }
        await cluster.start()
        let second = await chassis(["run", file, "--follow"])
        #expect(second.ending == .exited(0) && second.lines.contains("run 2  succeeded"), "\(second)")
        for program in [scheduler, worker] {
            program.signal(SIGTERM)
            #expect(await program.ended() == .exited(0), "\(program.output)")
        }
        await cluster.stop()
    }

    /// What a server refuses for once, outside a transaction.
    private static func run(_ script: String, on cluster: PostgresCluster) async throws {
        let connection = try await PostgresConnection.connect(
            .init(conninfo: cluster.conninfo(), applicationName: "test")
        )
        for statement in script.split(separator: "; ") { try await connection.execute(String(statement)) }
        try await connection.execute("SELECT pg_reload_conf()")
        await connection.close()
    }

    /// The tables of ours in a database with their numbers of rows; empty when nobody can look.
    private static func content(of conninfo: String) async -> String {
        // One query for each table, whatever tables there are.
        let counted = """
            SELECT coalesce(string_agg(relname || '=' || (xpath('//n/text()', query_to_xml(
                format('SELECT count(*) AS n FROM %I.%I', nspname, relname), false, true, '')))[1], ' '), '') AS text
            FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname = 'chassis' AND relkind IN ('r', 'p')
            """
        do {
            let connection = try await PostgresConnection.connect(
                .init(conninfo: conninfo, applicationName: "test")
            )
            let rows = try await connection.query(PostgresStatement(stringLiteral: counted)).rows
            await connection.close()
            return try rows[0].string("text")
        } catch {
            return ""
        }
    }
}
