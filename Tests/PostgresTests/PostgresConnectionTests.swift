import Synchronization
import TestSupport
import Testing

@testable import Postgres

@Suite struct PostgresConnectionTests {
    static func connection() async throws -> PostgresConnection {
        try await PostgresConnection.connect(.init(conninfo: TestDatabase.empty(), applicationName: "test"))
    }

    @Test func bindsEveryKindOfParameter() async throws {
        let connection = try await Self.connection()
        let row = try await connection.query(
            """
            SELECT $1::text AS t, $2::bigint AS i, $3::bytea AS b, $4::boolean AS f, $5::text[] AS a, $6::text AS n,
                   ($5::text[])[1] AS first
            """,
            ["it's", 42, .bytes([0, 255, 92]), true, .array(["a\"b\\", nil, "ü,{}"]), nil]
        ).rows[0]
        #expect(try row.string("t") == "it's")
        #expect(try row.int64("i") == 42)
        #expect(try row.bytes("b") == [0, 255, 92])
        #expect(try row.bool("f"))
        #expect(try row.isNull("n"))
        #expect(try row.string("first") == "a\"b\\")
        #expect(throws: PostgresError.badColumn("x")) { try row.string("x") }
        await connection.close()
    }

    @Test func keepsTheOptionsOfTheConnectionStringBesideItsOwn() async throws {
        let conninfo =
            try await TestDatabase.empty() + " options='-c search_path=elsewhere -c default_transaction_read_only=on'"
        var options = PostgresConnection.Options(conninfo: conninfo, applicationName: "test")
        options.sessionSettings = ["statement_timeout": "7s"]
        let connection = try await PostgresConnection.connect(options)
        let row = try await connection.query(
            """
            SELECT current_setting('search_path') AS path, current_setting('statement_timeout') AS timeout,
                   current_setting('default_transaction_read_only') AS is_read_only
            """
        ).rows[0]
        #expect(try row.string("path") == "elsewhere")
        #expect(try row.string("timeout") == "7s")
        #expect(try row.string("is_read_only") == "on")
        await connection.close()
    }

    @Test(arguments: ["host=/tmp password=s3cret hunter2", "postgresql://u:s3cret hunter2@[/db"])
    func repeatsNothingOfAConnectionStringItCannotRead(conninfo: String) async throws {
        let error = await #expect(throws: PostgresError.self) {
            try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "test"))
        }
        let texts = "\(String(describing: error)) \(error?.debugDescription ?? "") \(error?.reason ?? "")"
        #expect(error == .invalidConnectionString)
        #expect(!texts.contains("s3cret") && !texts.contains("hunter2"))
    }

    /// libpq waits for as long as it is told, and for a name even longer.
    @Test(.timeLimit(.minutes(3))) func cancellingEndsTheWaitForAServerThatIsSilent() async throws {
        let server = try SilentServer()
        var options = PostgresConnection.Options(conninfo: server.conninfo, applicationName: "test")
        options.connectTimeout = .seconds(3600)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { [options] in
                await #expect(throws: CancellationError.self) { try await PostgresConnection.connect(options) }
            }
            await server.waitForClient()
            group.cancelAll()
            try await group.waitForAll()
        }
        server.close()
    }

    @Test func staysUsableAfterAnError() async throws {
        let connection = try await Self.connection()
        let error = await #expect(throws: PostgresError.self) { try await connection.query("SELECT 1 / 0") }
        #expect(error?.sqlState == "22012")
        #expect(try await connection.query("SELECT 2 AS x").rows[0].int("x") == 2)
        await connection.close()
    }

    @Test func rollsBackAWholePipeline() async throws {
        let connection = try await Self.connection()
        try await connection.execute("CREATE TABLE t (x integer PRIMARY KEY); CREATE TABLE u (x integer)")
        await #expect(throws: PostgresError.self) {
            try await connection.pipeline([
                ("INSERT INTO t VALUES (1)", []), ("INSERT INTO t VALUES (1)", []), ("INSERT INTO u VALUES (1)", []),
            ])
        }
        let results = try await connection.pipeline([
            ("INSERT INTO t VALUES (1), (2)", []), ("SELECT count(*) AS n FROM t", []),
        ])
        #expect(results[0].affectedRows == 2)
        #expect(try results[1].rows[0].int("n") == 2)
        await connection.close()
    }

    @Test func carriesOutAStatementBehindAnother() async throws {
        let connection = try await Self.connection()
        try await connection.execute("CREATE TABLE t (x integer PRIMARY KEY); CREATE TABLE u (x bigint)")
        let count = PostgresStatement(name: "count", sql: "INSERT INTO u SELECT count(*) + $1::bigint FROM t")
        let insert = PostgresStatement(name: "insert", sql: "INSERT INTO t VALUES ($1::integer) RETURNING x")
        let first = try await connection.query(insert, [1], behind: (count, [10]))
        #expect(try first.rows.map { try $0.int("x") } == [1])
        // The first one fails: it says so, and the second one is carried out.
        let error = await #expect(throws: PostgresError.self) {
            try await connection.query(insert, [1], behind: (count, [20]))
        }
        #expect(error?.sqlState == "23505")
        // The second one fails: nobody hears of it, and what the first one did stands.
        let second = try await connection.query(insert, [2], behind: ("SELECT 1 / 0", []))
        #expect(try second.rows.map { try $0.int("x") } == [2])
        _ = try await connection.query(insert, [3], behind: (count, [30]))
        let counts = try await connection.query("SELECT x FROM u ORDER BY x").rows
        #expect(try counts.map { try $0.int("x") } == [11, 21, 33])
        let names = try await connection.query("SELECT name FROM pg_prepared_statements ORDER BY name").rows
        #expect(try names.map { try $0.string("name") } == ["count", "insert"])
        await connection.close()
    }

    @Test func preparesANamedStatementOnce() async throws {
        let connection = try await Self.connection()
        let statement = PostgresStatement(name: "twice", sql: "SELECT $1::integer * 2 AS x")
        for number in 1...3 {
            #expect(try await connection.query(statement, [.integer(number)]).rows[0].int("x") == number * 2)
        }
        let count = try await connection.query("SELECT count(*) AS n FROM pg_prepared_statements WHERE name = 'twice'")
        #expect(try count.rows[0].int("n") == 1)
        await connection.close()
    }

    @Test func takesTurnsWhenManyTasksUseIt() async throws {
        let connection = try await Self.connection()
        let sum = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<32 {
                group.addTask {
                    try await connection.query("SELECT $1::integer AS x", [.integer(number)]).rows[0].int("x")
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(sum == 496)
        await connection.close()
    }

    @Test func cancelsTheStatementOnTheServer() async throws {
        let connection = try await Self.connection()
        let observer = try await Self.connection()
        let task = Task { try await connection.query("SELECT pg_sleep(600)") }
        while try await observer.query(
            "SELECT FROM pg_stat_activity WHERE pid = $1::integer AND query LIKE '%pg_sleep%' AND state = 'active'",
            [.integer(connection.backendProcessID)]
        ).rows.isEmpty {}
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(try await connection.query("SELECT 1 AS x").rows[0].int("x") == 1)
        await connection.close()
        await observer.close()
    }

    /// What comes after it on the connection is in no transaction of somebody who has gone.
    @Test func rollsBackATransactionThatIsCancelledBeforeItsCommit() async throws {
        let connection = try await Self.connection()
        _ = try await connection.query("CREATE TEMPORARY TABLE t (n int)")
        let attempt = Task {
            try await connection.transaction { connection in
                _ = try await connection.query("INSERT INTO t VALUES (1)")
                withUnsafeCurrentTask { $0?.cancel() }
            }
        }
        await #expect(throws: CancellationError.self) { try await attempt.value }
        #expect(try await connection.query("SELECT FROM t").rows.isEmpty)
        #expect(await connection.isAtRest)
        await connection.close()
    }

    @Test func rollsBackATransactionThatThrows() async throws {
        struct Refusal: Error {}
        let connection = try await Self.connection()
        try await connection.execute("CREATE TABLE t (x integer)")
        await #expect(throws: Refusal.self) {
            try await connection.transaction { connection in
                _ = try await connection.query("INSERT INTO t VALUES (1)")
                throw Refusal()
            }
        }
        #expect(try await connection.query("SELECT FROM t").rows.isEmpty)
        await connection.close()
    }

    @Test func noticesALostConnectionWhileIdle() async throws {
        let connection = try await Self.connection()
        let observer = try await Self.connection()
        _ = try await observer.query(
            "SELECT pg_terminate_backend($1::integer)",
            [.integer(connection.backendProcessID)]
        )
        for await _ in connection.notifications {}
        #expect(!connection.isOpen)
        await #expect(throws: PostgresError.closed) { try await connection.query("SELECT 1") }
        await observer.close()
    }

    @Test func hearsNotifications() async throws {
        let conninfo = try await TestDatabase.empty()
        let listener = try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "l"))
        let sender = try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "s"))
        _ = try await listener.query("LISTEN c")
        _ = try await sender.query("SELECT pg_notify('c', 'hello')")
        var notifications = listener.notifications.makeAsyncIterator()
        #expect(await notifications.next()?.payload == "hello")
        await listener.close()
        await sender.close()
    }

    @Test func handsOutTheRowsOfTheLastStatementOneByOne() async throws {
        let connection = try await Self.connection()
        let taken = Mutex<[[Int]]>([])
        let take: PostgresConnection.RowTaker = { result in
            taken.withLock { $0.append(result.rows.map { (try? $0.int("x")) ?? -1 }) }
        }
        // Alone, behind others, and prepared, which is a command of its own.
        let named = PostgresStatement(name: "series", sql: "SELECT x FROM generate_series(1, $1::integer) AS x")
        for before in [[], [("SELECT 8 AS x", [])], [("SELECT 8 AS x", []), ("SELECT 9 AS x", [])]]
            as [[(PostgresStatement, [PostgresParameter])]]
        {
            for statement in [PostgresStatement(name: nil, sql: named.sql), named] {
                let results = try await connection.pipeline(before + [(statement, [3])], rows: take)
                #expect(try results.dropLast().map { try $0.rows[0].int("x") } == Array([8, 9].prefix(before.count)))
                #expect(results.last?.rows.isEmpty == true && results.last?.columns == ["x"])
                #expect(results.last?.affectedRows == 3)
                #expect(taken.withLock { $0 } == [[1], [2], [3]])
                taken.withLock { $0 = [] }
            }
        }
        // What fails before the last statement, or in the middle of its rows.
        for (first, last) in [
            ("SELECT 1 / 0 AS x", "SELECT 1 AS x"),
            ("SELECT 1 AS x", "SELECT 6 / (3 - x) AS x FROM generate_series(1, 9) AS x"),
        ] {
            let batch = [
                (PostgresStatement(name: nil, sql: first), [PostgresParameter]()),
                (PostgresStatement(name: nil, sql: last), []),
            ]
            let error = await #expect(throws: PostgresError.self) { try await connection.pipeline(batch, rows: take) }
            #expect(error?.sqlState == "22012")
        }
        #expect(taken.withLock { $0 } == [[3], [6]])
        // Nobody takes those of the next one.
        #expect(try await connection.query("SELECT x FROM generate_series(1, 3) AS x").rows.count == 3)
        await connection.close()
    }

    @Test func copiesRowsIn() async throws {
        let connection = try await Self.connection()
        try await connection.execute("CREATE TABLE t (x integer)")
        let rows = (0..<1000).map { Array("\($0)\n".utf8) }
        #expect(try await connection.copyIn("COPY t FROM STDIN", rows: rows) == 1000)
        #expect(try await connection.query("SELECT sum(x) AS s FROM t").rows[0].int("s") == 499_500)
        await connection.close()
    }

    /// libpq answers with the same result for ever until a copy is carried out, and all connections have one thread.
    @Test(.timeLimit(.minutes(1)), arguments: ["COPY t TO STDOUT", "COPY t FROM STDIN", "COPY (SELECT 1) TO STDOUT"])
    func aCopyThatNobodyCarriesOutEndsItsConnectionAlone(sql: String) async throws {
        let conninfo = try await TestDatabase.empty()
        let connection = try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "copies"))
        let other = try await PostgresConnection.connect(.init(conninfo: conninfo, applicationName: "other"))
        try await connection.execute("CREATE TABLE t (x integer)")
        let error = await #expect(throws: PostgresError.self) {
            try await connection.pipeline([
                ("SELECT 1", []), (PostgresStatement(name: nil, sql: sql), []), ("SELECT 2", []),
            ])
        }
        #expect(error == .unsupportedReply(sql.contains("STDIN") ? "PGRES_COPY_IN" : "PGRES_COPY_OUT"))
        #expect(!connection.isOpen)
        await #expect(throws: PostgresError.closed) { try await connection.query("SELECT 1") }
        #expect(try await other.query("SELECT 2 AS x").rows[0].int("x") == 2)
        await other.close()
    }

    @Test(.timeLimit(.minutes(1))) func aScriptThatCopiesOutEndsItsConnection() async throws {
        let connection = try await Self.connection()
        let error = await #expect(throws: PostgresError.self) {
            try await connection.execute("COPY (SELECT 1) TO STDOUT")
        }
        #expect(error == .unsupportedReply("PGRES_COPY_OUT"))
        #expect(!connection.isOpen)
    }
}
