import JobModel
import Postgres
import Storage
import TestSupport
import Testing

/// Jobs of the kind sql on a file of SQLite.
@Suite struct SQLiteJobTests {
    @Test(.timeLimit(.minutes(5))) func runsAStatementWithItsParameters() async throws {
        let fleet = try await Fleet.make(turns: 1)
        let database = fleet.directory + "/shop.db"
        let script =
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.executescript(\"CREATE TABLE o (id INTEGER, name TEXT); INSERT INTO o VALUES (1, 'a'), (2, 'b');\")"
        #expect(await ChildProcess(["python3", "-c", script, database]).ended() == .exited(0))
        let connections = Fleet.read(fleet.directory + "/connections.yaml")
        Fleet.write(
            connections + "\n  shop: {kind: sqlite, path: \(database)}\n",
            to: fleet.directory + "/connections.yaml"
        )
        let source = """
            name: w
            params: {least: {type: integer, default: 2}}
            jobs:
              read:
                sql: {connection: shop, query: "SELECT id, name FROM o WHERE id >= ${{ params.least }}"}
              wrong:
                sql: {connection: shop, query: "SELECT nothing FROM o"}
            """
        let worker = fleet.worker("only")
        let run = try await fleet.submit(
            "w",
            source,
            [.init(name: "read", kind: "sql"), .init(name: "wrong", kind: "sql")],
            params: ["least": 2]
        )
        #expect(try await fleet.end(of: run) == "failed", "\(worker.output)")
        let output = try await fleet.pool.query(
            "SELECT output::text AS text FROM chassis.done WHERE run_id = $1::bigint AND state = 'succeeded'",
            [.integer(run.rawValue)]
        ).rows
        let rows = try JSONValue(parsing: try #require(output.first).string("text"))
        #expect(rows.arrayValue?.count == 1, "\(rows.text())")
        #expect(try await fleet.error(of: run).contains("sql-failed"))
        await worker.killAndWait()
        await fleet.close()
    }

    /// A job that writes and whose rows are too many fails, and its next attempt would write once more.
    @Test(.timeLimit(.minutes(5)), arguments: ["file", "server"])
    func aWriteWhoseRowsAreTooManyChangesNothing(_ connection: String) async throws {
        let fleet = try await Fleet.make(turns: 1)
        let database = fleet.directory + "/shop.db"
        let script = """
            import sqlite3, sys; c = sqlite3.connect(sys.argv[1])
            print(c.execute(sys.argv[2]).fetchall()); c.commit()
            """
        func inFile(_ sql: String) async -> String {
            let program = ChildProcess(["python3", "-c", script, database, sql])
            #expect(await program.ended() == .exited(0))
            return program.output
        }
        _ = await inFile("CREATE TABLE o (id INTEGER)")
        _ = await inFile("INSERT INTO o VALUES (1), (2)")
        for sql in ["CREATE TABLE o (id int)", "INSERT INTO o VALUES (1), (2)"] {
            _ = try await fleet.pool.query(PostgresStatement(name: nil, sql: sql))
        }
        Fleet.write(fleet.conninfo, to: fleet.directory + "/url")
        let connections = Fleet.read(fleet.directory + "/connections.yaml")
        Fleet.write(
            connections + "\n  file: {kind: sqlite, path: \(database)}\n"
                + "  server: {kind: postgres, url_file: \(fleet.directory)/url}\n",
            to: fleet.directory + "/connections.yaml"
        )
        let source = """
            name: w
            jobs:
              write:
                sql: {connection: \(connection), access: write, effect: once, max_rows: 1, query: "UPDATE o SET id = id + 10 RETURNING id"}
                retry: {attempts: 3, delay: 0s}
            """
        let worker = fleet.worker("only")
        let run = try await fleet.submit("w", source, [.init(name: "write", kind: "sql")])
        #expect(try await fleet.end(of: run) == "failed", "\(worker.output)")
        let error = try await fleet.error(of: run)
        #expect(error.contains("sql-too-many-rows") && error.contains("raise max_rows"), "\(error)")
        let sum = PostgresStatement(name: nil, sql: "SELECT sum(id)::text AS sum FROM o")
        #expect(try await fleet.pool.query(sum).rows[0].string("sum") == "3")
        #expect(await inFile("SELECT sum(id) FROM o").contains("(3,)"))
        await worker.killAndWait()
        await fleet.close()
    }
}
