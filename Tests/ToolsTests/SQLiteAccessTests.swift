import JobModel
import Testing
import Tools
import Workflow

@Suite(.timeLimit(.minutes(5))) struct SQLiteAccessTests {
    @Test func turnsValuesIntoJSONAndBindsParameters() async throws {
        let scene = try await SQLiteScene.make()
        let answer = try await scene.access(.read).run(
            "SELECT id, name, price, data, $2 AS given, $1 AS empty FROM item WHERE id >= $3 ORDER BY id",
            ["", "'; DROP TABLE item; --", 1]
        )
        #expect(
            answer.rows.map { $0.text() } == [
                #"{"id":1,"name":"pen","price":1.5,"data":"\\x00ff","given":"'; DROP TABLE item; --","empty":""}"#,
                #"{"id":2,"name":"ink","price":null,"data":null,"given":"'; DROP TABLE item; --","empty":""}"#,
            ]
        )
        await #expect(throws: DatabaseRefusal.self) { try await scene.access(.read).run("SELECT $2", [1]) }
    }

    @Test(arguments: [
        "INSERT INTO item (id) VALUES (3)", "UPDATE item SET name = 'z'", "DELETE FROM item", "DROP TABLE item",
        "CREATE TABLE more (x)", "CREATE TEMP TABLE more (x)", "PRAGMA query_only = OFF", "PRAGMA user_version = 7",
        "ATTACH '/tmp/chassis-other.db' AS other", "VACUUM INTO '/tmp/chassis-other.db'", "BEGIN IMMEDIATE", "COMMIT",
        "SELECT 1; DROP TABLE item", "WITH x AS (SELECT 1) INSERT INTO item (id) SELECT 9 FROM x",
        "SELECT load_extension('/tmp/x')", "INSERT INTO item (id) VALUES (5) RETURNING id", "", "-- nothing", "\u{0}",
    ])
    func readsAndDoesNothingElse(_ statement: String) async throws {
        let scene = try await SQLiteScene.make()
        await #expect(throws: DatabaseRefusal.self) { try await scene.access(.read).run(statement) }
        let state = try await scene.access(.read).run(
            "SELECT group_concat(id || name) AS items, (SELECT count(*) FROM sqlite_schema) AS objects FROM item"
        )
        #expect(state.rows.map { $0.text() } == [#"{"items":"1pen,2ink","objects":3}"#])
    }

    @Test(arguments: [
        "SELECT word FROM secret", "SELECT count(*) FROM secret", "SELECT 1 FROM secret", "SELECT * FROM both",
        "SELECT name FROM both", "SELECT count(*) FROM both", "SELECT name, (SELECT word FROM secret) FROM item",
        "SELECT name FROM item WHERE EXISTS (SELECT 1 FROM secret)",
        "SELECT name FROM item UNION SELECT word FROM secret",
        // A WITH that takes an allowed name decides nothing about what it reads.
        "WITH item AS (SELECT word FROM secret) SELECT * FROM item",
        "WITH x AS (SELECT word FROM secret) SELECT item.name FROM item, x", "SELECT sql FROM sqlite_schema",
        "SELECT name FROM pragma_table_info('secret')", "SELECT name FROM main.secret, item",
    ])
    func touchesNoOtherTable(_ statement: String) async throws {
        let scene = try await SQLiteScene.make()
        let access = scene.access(.read, tables: ["item"])
        let refusal = await #expect(throws: DatabaseRefusal.self) { try await access.run(statement) }
        let reason = refusal?.reason ?? ""
        #expect(reason.contains("none of the tables allowed") || reason == "the connection may only read")
        #expect(refusal?.reason.contains("hunter2") == false)
    }

    @Test(arguments: [
        "SELECT name FROM item", "SELECT count(*) FROM Item",
        "WITH cheap AS (SELECT id FROM item) SELECT count(*) FROM cheap",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) SELECT i FROM n, item",
        "SELECT value FROM json_each('[1,2]')",
    ])
    func readsItsTables(_ statement: String) async throws {
        let scene = try await SQLiteScene.make()
        #expect(try await !scene.access(.read, tables: ["item"]).run(statement).rows.isEmpty)
    }

    @Test func readsAViewWhenAllThatItReadsIsAllowed() async throws {
        let scene = try await SQLiteScene.make()
        let access = scene.access(.read, tables: ["item", "secret", "both"])
        #expect(try await access.run("SELECT word FROM both ORDER BY word").rows.count == 2)
    }

    @Test func writesItsTablesAndCommits() async throws {
        let scene = try await SQLiteScene.make()
        let access = scene.access(.write, tables: ["item"])
        #expect(try await access.run("UPDATE item SET name = 'z'").affectedRows == 2)
        #expect(try await scene.access(.read).run("SELECT DISTINCT name FROM item").rows == [["name": "z"]])
        await #expect(throws: DatabaseRefusal.self) { try await access.run("DELETE FROM secret") }
        await #expect(throws: DatabaseRefusal.self) {
            try await access.run("UPDATE item SET name = (SELECT word FROM secret)")
        }
        await #expect(throws: DatabaseRefusal.self) { try await access.run("DROP TABLE secret") }
    }

    @Test func endsAtTheLimitsOfRowsAndBytes() async throws {
        let scene = try await SQLiteScene.make()
        let many =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i, hex(zeroblob(500)) AS t FROM n"
        let rows = try await scene.access(.read) { $0.rows = 5 }.run(many)
        #expect(rows.rows.count == 5)
        #expect(rows.truncation == .rows(limit: 5))
        let bytes = try await scene.access(.read) { $0.bytes = 10_000 }.run(many)
        #expect(bytes.rows.count == 9)
        #expect(bytes.truncation == .bytes(limit: 10_000))
        await #expect(throws: DatabaseRefusal.self) { try await scene.access(.read).run("SELECT zeroblob(50000000)") }
    }

    @Test func aWorkflowsWriteThatGivesBackTooMuchChangesNothing() async throws {
        let scene = try await SQLiteScene.make()
        let access = scene.access(.write, author: .workflow) { $0.rows = 1 }
        let cut = await #expect(throws: CutWrite.self) {
            try await access.run("UPDATE item SET name = 'z' RETURNING id")
        }
        #expect(cut?.truncation == .rows(limit: 1))
        #expect(try await scene.access(.read).run("SELECT id FROM item WHERE name = 'z'").rows.isEmpty)
    }

    /// SQLite has changed everything when the first row comes, and counts the changes behind the last one.
    @Test func aModelsWriteThatGivesBackTooMuchSaysHowManyRowsItChanged() async throws {
        let scene = try await SQLiteScene.make()
        let answer = try await scene.access(.write) { $0.rows = 2 }.run(
            "INSERT INTO item (id) VALUES (11), (12), (13), (14), (15) RETURNING id"
        )
        #expect(answer.rows == [["id": 11], ["id": 12]])
        #expect(answer.truncation == .rows(limit: 2))
        #expect(answer.affectedRows == 5)
        #expect(try await scene.access(.read).run("SELECT id FROM item WHERE id > 10").rows.count == 5)
    }

    @Test func endsAtItsTime() async throws {
        let scene = try await SQLiteScene.make()
        let access = scene.access(.read) { $0.time = .milliseconds(50) }
        let refusal = await #expect(throws: DatabaseRefusal.self) {
            try await access.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n")
        }
        #expect(refusal?.reason == "the statement was ended at its time limit")
    }

    @Test func cancellationEndsTheStatement() async throws {
        let scene = try await SQLiteScene.make()
        let access = scene.access(.read) { $0.time = .seconds(100) }
        let task = Task {
            try await access.run("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT sum(i) FROM n")
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test func listsAndDescribesWhatMayBeRead() async throws {
        let scene = try await SQLiteScene.make()
        #expect(
            try await scene.access(.read).tables().rows.compactMap { $0["name"]?.stringValue } == [
                "both", "item", "secret",
            ]
        )
        let access = scene.access(.read, tables: ["item"])
        #expect(try await access.tables().rows == [["name": "item", "kind": "table"]])
        #expect(try await access.columns(ofTable: "item", inSchema: nil).rows.count == 4)
        #expect(try await access.columns(ofTable: "secret", inSchema: nil).rows.isEmpty)
    }

    @Test func saysThatTheFileIsMissingOrNoDatabase() async throws {
        let scratch = Scratch()
        scratch.write("text.db", "This is no database, and long enough for anybody to see that it is none.")
        for name in ["none.db", "text.db"] {
            let access = SQLiteAccess(name: "shop", path: scratch.path + "/" + name, access: .read, author: .model)
            let error = await #expect(throws: ToolsError.self) { try await access.run("SELECT 1") }
            #expect(error?.nothingHappened ?? false)
        }
    }
}
