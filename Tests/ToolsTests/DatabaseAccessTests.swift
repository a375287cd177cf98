import Glibc
import JobModel
import Postgres
import Testing
import Tools
import Workflow

@Suite(.timeLimit(.minutes(3))) struct DatabaseAccessTests {
    @Test func turnsValuesIntoJSONByTheirTypes() async throws {
        let scene = try await DatabaseScene.make()
        let answer = try await scene.access(.read).run(
            """
            SELECT 7 AS i, 9007199254740993 AS l, 1.5::float8 AS f, 'NaN'::float8 AS nan, 12.50 AS exact,
                123456789012345678.25 AS long, true AS b, NULL::int AS n, '{"a":[1]}'::jsonb AS j,
                '2026-01-02 03:04:05.6+02'::timestamptz AS at, '2026-01-02 03:04'::timestamp AS local,
                '2026-01-02'::date AS day, 'P1D'::interval AS span, '{1,2}'::int[] AS list, 'ü' AS t, 1 AS i
            """
        )
        #expect(
            answer.rows == [
                [
                    "i": 7, "l": .integer(9_007_199_254_740_993), "f": 1.5, "nan": "NaN", "exact": 12.5,
                    "long": "123456789012345678.25", "b": true, "n": nil, "j": ["a": [1]],
                    "at": "2026-01-02T01:04:05.6Z", "local": "2026-01-02T03:04:00", "day": "2026-01-02", "span": "P1D",
                    "list": "{1,2}", "t": "ü", "i_2": 1,
                ]
            ]
        )
        #expect(answer.columns.last == "i_2")
        #expect(answer.truncation == nil)
    }

    @Test func bindsParametersByTheStatementsTypes() async throws {
        let scene = try await DatabaseScene.make()
        let answer = try await scene.access(.read).run(
            "SELECT id, $2::jsonb AS j, $3::bool AS b, $4::numeric AS n, $5::text AS t FROM item WHERE id = $1",
            [1, ["k": [1, 2]], true, 2.25, nil]
        )
        #expect(answer.rows == [["id": 1, "j": ["k": [1, 2]], "b": true, "n": 2.25, "t": nil]])
    }

    @Test(arguments: [0, 1, 99, 100, 101, 250]) func returnsEveryRowUpToTheLimit(count: Int) async throws {
        let scene = try await DatabaseScene.make()
        let access = scene.access(.read) { $0.rows = 250 }
        let answer = try await access.run("SELECT n FROM generate_series(1, $1::int) AS n", [.integer(Int64(count))])
        #expect(answer.rows.count == count)
        #expect(answer.truncation == nil)
    }

    @Test func endsAtTheRowLimitAndSaysSo() async throws {
        let scene = try await DatabaseScene.make()
        let answer = try await scene.access(.read) { $0.rows = 5 }.run("SELECT n FROM generate_series(1, 100000) AS n")
        #expect(answer.rows.map { $0["n"] } == [1, 2, 3, 4, 5])
        #expect(answer.truncation == .rows(limit: 5))
    }

    @Test func endsAtTheByteLimitAndSaysSo() async throws {
        let scene = try await DatabaseScene.make()
        let answer = try await scene.access(.read) { $0.bytes = 2500 }.run(
            "SELECT repeat('x', 1000) AS x FROM generate_series(1, 1000000)"
        )
        #expect(answer.rows.count == 2)
        #expect(answer.truncation == .bytes(limit: 2500))
    }

    /// A function counts the rows that the server makes: those behind the limit never leave it.
    @Test(.timeLimit(.minutes(1)), arguments: [(1_000_000, 1, 0), (4_000, 12, 11), (100, 100, 100)])
    func fetchesNoMoreThanTheByteLimitHasRoomFor(_ size: Int64, _ fetched: Int, _ kept: Int) async throws {
        let scene = try await DatabaseScene.make()
        try await scene.asOwner(
            """
            CREATE FUNCTION wide(size int) RETURNS text LANGUAGE plpgsql AS 'BEGIN RETURN repeat(''x'', size); END';
            DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET track_functions = ''all''', current_database()); END $$
            """
        )
        let answer = try await scene.access(.read) { $0.bytes = 45_000 }.run(
            "SELECT wide($1::int) AS x FROM generate_series(1, 100)",
            [.integer(size)]
        )
        #expect(answer.rows.count == kept)
        #expect((answer.truncation == nil) == (kept == 100))
        let calls = "SELECT sum(calls)::text FROM pg_stat_user_functions WHERE funcname = 'wide'"
        // The server counts once the session has ended, and shows none before.
        var counted = try await scene.value(calls)
        while counted == nil || counted == "0" { counted = try await scene.value(calls) }
        #expect(counted == "\(fetched)")
    }

    @Test func whatIsNestedTooDeepToBeRecordedIsText() async throws {
        let scene = try await DatabaseScene.make()
        let kept = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
        let deep = "[\(kept)]"
        let answer = try await scene.access(.read).run("SELECT '\(kept)'::json AS kept, '\(deep)'::jsonb AS deep")
        #expect(answer.rows == [["kept": try JSONValue(parsing: kept), "deep": .string(deep)]])
    }

    /// No cursor carries what may write; its rows are let go as they come.
    @Test(.timeLimit(.minutes(1)), arguments: ["SELECT 1", "INSERT INTO item (id) VALUES (3) RETURNING id"])
    func holdsNoMoreOfAWritesRowsThanTheByteLimit(first: String) async throws {
        let scene = try await DatabaseScene.make()
        let before = try Self.peak()
        let answer = try await scene.access(.write) { $0.bytes = 2_500_000 }.run(
            "WITH x AS (\(first)) SELECT repeat('x', 1000000) FROM x, generate_series(1, 500)"
        )
        #expect(answer.rows.count == 2)
        #expect(answer.truncation == .bytes(limit: 2_500_000))
        let after = try Self.peak()
        #expect(after - before < 250 << 10, "from \(before) to \(after) KiB")
    }

    /// The most memory that the process has had, in KiB.
    private static func peak() throws -> Int {
        let file = try #require(fopen("/proc/self/status", "re"))
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            if text.hasPrefix("VmHWM:") { return try #require(Int(text.filter(\.isNumber))) }
        }
        Issue.record("the system does not say how much memory was used")
        return 0
    }

    @Test(arguments: [
        "UPDATE item SET name = 'z' RETURNING id", "WITH gone AS (DELETE FROM item RETURNING id) SELECT id FROM gone",
    ])
    func aWorkflowsWriteThatGivesBackTooMuchChangesNothing(sql: String) async throws {
        let scene = try await DatabaseScene.make()
        let before = try await scene.value("SELECT string_agg(item::text, ',' ORDER BY id) FROM item")
        let access = scene.access(.write, author: .workflow) { $0.rows = 1 }
        let cut = await #expect(throws: CutWrite.self) { try await access.run(sql) }
        #expect(cut?.truncation == .rows(limit: 1))
        #expect(try await scene.value("SELECT string_agg(item::text, ',' ORDER BY id) FROM item") == before)
    }

    @Test(arguments: ["SELECT pg_sleep(60)", "SELECT set_config('statement_timeout', '0', false), pg_sleep(60)"])
    func endsAStatementWhoseTimeIsOver(sql: String) async throws {
        let scene = try await DatabaseScene.make()
        let error = await #expect(throws: PostgresError.self) {
            try await scene.access(.read) { $0.time = .milliseconds(100) }.run(sql)
        }
        #expect(error?.sqlState == "57014")
    }

    @Test func noStatementSwitchesTheTimeLimitOffForItsNextRows() async throws {
        let scene = try await DatabaseScene.make()
        let error = await #expect(throws: PostgresError.self) {
            try await scene.access(.read) { $0.time = .milliseconds(300) }.run(
                """
                SELECT CASE n WHEN 1 THEN set_config('statement_timeout', '0', false)
                    WHEN 150 THEN pg_sleep(60)::text END FROM generate_series(1, 200) AS n
                """
            )
        }
        #expect(error?.sqlState == "57014")
    }

    @Test func cancellationCancelsTheStatement() async throws {
        let scene = try await DatabaseScene.make()
        let work = Task { try await scene.access(.read).run("SELECT pg_sleep(3600)") }
        let sleeping =
            "SELECT count(*) FROM pg_stat_activity WHERE usename = '\(scene.role)' AND wait_event = 'PgSleep'"
        while try await scene.value(sleeping) != "1" { await Task.yield() }
        work.cancel()
        await #expect(throws: CancellationError.self) { try await work.value }
        while try await scene.value(sleeping) != "0" { await Task.yield() }
    }

    @Test func writesAndCommits() async throws {
        let scene = try await DatabaseScene.make()
        let access = scene.access(.write)
        let answer = try await access.run("INSERT INTO item (id) VALUES ($1), ($2) RETURNING id, name", [3, 4])
        #expect(answer.rows == [["id": 3, "name": "x"], ["id": 4, "name": "x"]])
        #expect(answer.affectedRows == 2)
        #expect(try await access.run("/* a /* nested */ one */ (SELECT count(*) AS n FROM item)").rows == [["n": 4]])
        #expect(try await access.run("SELECT write_one() AS id").rows == [["id": 99]])
        #expect(try await scene.value("SELECT count(*) FROM item") == "5")
    }

    @Test(arguments: [
        "INSERT INTO item (id) VALUES (5), (1)", "DELETE FROM item; SELECT 1",
        "DELETE FROM item WHERE 1 / (id - 1) = 0",
    ]) func aRefusedWriteChangesNothing(sql: String) async throws {
        let scene = try await DatabaseScene.make()
        let before = try await scene.state()
        await #expect(throws: PostgresError.self) { try await scene.access(.write).run(sql) }
        #expect(try await scene.state() == before)
    }

    /// One that went to the server would have it wait for rows, or send them in a way that nobody reads.
    @Test(
        .timeLimit(.minutes(1)),
        arguments: [DatabaseAccess.Author.model, .workflow],
        ["COPY item TO STDOUT", "COPY item FROM STDIN", "/* all */ copy (SELECT 1) to stdout"]
    ) func aCopyIsRefusedWithAWayOut(author: DatabaseAccess.Author, sql: String) async throws {
        let scene = try await DatabaseScene.make()
        let before = try await scene.state()
        let access = scene.access(.write, author: author)
        let refusal = await #expect(throws: DatabaseRefusal.self) { try await access.run(sql) }
        #expect(refusal?.reason.contains("read with SELECT, and write with INSERT") == true)
        let fault = try await SQLTool(name: "q", database: access).call(
            ["query": .string(sql)],
            ToolContext(idempotencyKey: "k", scratchDirectory: "/tmp")
        )
        #expect(fault.isError && fault.text.contains("COPY from or to the client is not possible"))
        #expect(try await access.run("SELECT count(*) AS n FROM item").rows == [["n": 2]])
        #expect(try await scene.state() == before)
    }

    @Test func aConstraintThatFailsAtTheCommitIsARefusal() async throws {
        let scene = try await DatabaseScene.make()
        try await scene.asOwner(
            "ALTER TABLE item ADD COLUMN parent int REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED"
        )
        let error = await #expect(throws: PostgresError.self) {
            try await scene.access(.write).run("UPDATE item SET parent = 77")
        }
        #expect(error?.sqlState == "23503")
    }

    @Test func aConnectionThatBreaksBeforeTheCommitChangedNothing() async throws {
        let scene = try await DatabaseScene.make()
        let error = await #expect(throws: ToolsError.self) {
            try await scene.access(.write).run(
                "INSERT INTO item (id) SELECT 50 FROM (SELECT pg_terminate_backend(pg_backend_pid())) AS gone"
            )
        }
        guard case .unreachable(connection: "warehouse", _) = error else {
            Issue.record("expected unreachable, got \(String(describing: error))")
            return
        }
        #expect(error?.nothingHappened == true)
        #expect(try await scene.value("SELECT count(*) FROM item") == "2")
    }

    @Test func saysThatThereIsNoWayToTheDatabase() async throws {
        let access = DatabaseAccess(
            name: "warehouse",
            conninfo: "host=/no/such/directory password=s3cret",
            access: .read,
            author: .model
        )
        let error = await #expect(throws: ToolsError.self) { try await access.run("SELECT 1") }
        #expect(error?.nothingHappened == true)
        #expect(error.map { "\($0) \($0.debugDescription)".contains("s3cret") } == false)
    }

    @Test func noMoreConnectionsThanAllowedAndEveryCallGetsItsTurn() async throws {
        let scene = try await DatabaseScene.make()
        try await scene.asOwner("ALTER ROLE \(scene.role) CONNECTION LIMIT 3")
        let access = DatabaseAccess(
            name: "warehouse",
            conninfo: scene.roleConninfo,
            access: .read,
            author: .model,
            maximumConnections: 1
        )
        try await withThrowingTaskGroup(of: JSONValue?.self) { group in
            for number in 0..<12 {
                group.addTask { try await access.run("SELECT $1::int AS n", [.integer(Int64(number))]).rows[0]["n"] }
            }
            var seen: Set<JSONValue> = []
            for try await value in group { if let value { seen.insert(value) } }
            #expect(seen.count == 12)
        }
    }

    @Test func listsTablesAndDescribesThem() async throws {
        let scene = try await DatabaseScene.make()
        let access = scene.access(.read)
        #expect(
            try await access.tables().rows == [
                ["schema": "public", "name": "item", "kind": "base table", "comment": "what is sold"]
            ]
        )
        let columns = try await access.columns(ofTable: "item")
        #expect(columns.rows.map { $0["name"] } == ["id", "name", "price"])
        #expect(columns.rows.map { $0["type"] } == ["integer", "text", "numeric(10,2)"])
        #expect(columns.rows.map { $0["primary_key"] } == [true, false, false])
        #expect(columns.rows[1]["comment"] == "as on the label")
        #expect(columns.rows[1]["default"] == "'x'::text")
        #expect(try await access.columns(ofTable: "item", inSchema: "other").rows.isEmpty)
        #expect(try await access.columns(ofTable: "item'; DROP TABLE item; --").rows.isEmpty)
    }
}
