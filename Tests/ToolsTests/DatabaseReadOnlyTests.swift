import Glibc
import JobModel
import Postgres
import Testing
import Tools
import Workflow

/// What a model may try on a connection with `read` access, on a role that has every right to the tables.
@Suite(.timeLimit(.minutes(3))) struct DatabaseReadOnlyTests {
    @Test(arguments: [
        // Plain writes and what hides them.
        "INSERT INTO item (id) VALUES (3)",
        "UPDATE item SET name = 'y'",
        "WITH gone AS (DELETE FROM item RETURNING id) SELECT * FROM gone",
        "SELECT * INTO copy FROM item",
        "SELECT * FROM item FOR UPDATE",
        "SELECT write_one()",
        "SELECT nextval('counter')",
        "SELECT setval('counter', 5)",
        "SELECT query_to_xml('INSERT INTO item (id) VALUES (3)', true, false, '')",
        "EXPLAIN ANALYZE DELETE FROM item",
        "DO $$ BEGIN INSERT INTO item (id) VALUES (3); END $$",
        "CREATE TEMP TABLE mine (i int)",
        "COPY item FROM PROGRAM 'echo 3'",
        "COPY item TO STDOUT",
        "LOCK TABLE item",
        "NOTIFY channel",
        "LISTEN channel",
        "VACUUM item",
        // Out of the read-only transaction.
        "SET TRANSACTION READ WRITE",
        "SET transaction_read_only = off",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ WRITE",
        "SELECT set_config('transaction_read_only', 'off', true)",
        "SELECT set_config('transaction_read_only', 'off', true), write_one()",
        "SELECT CASE WHEN set_config('transaction_read_only', 'off', true) = 'off' THEN write_one() END",
        "SELECT escape()",
        "COMMIT",
        "ROLLBACK",
        "ROLLBACK AND CHAIN",
        "PREPARE TRANSACTION 'x'",
        // A second statement.
        "SELECT 1; DELETE FROM item",
        "SELECT 1; COMMIT; DROP TABLE item",
        "COMMIT; DELETE FROM item; BEGIN",
        "SELECT 1 -- \n; DELETE FROM item",
        // Files and programs, to which the role has no right.
        "SELECT pg_read_file('/etc/passwd')",
        "SELECT lo_import('/etc/passwd')",
        "SELECT pg_reload_conf()",
        "SELECT set_config('role', 'chassis', false)",
        "SELECT set_config('session_authorization', 'chassis', false)",
    ]) func isRefused(sql: String) async throws {
        let scene = try await DatabaseScene.make()
        let before = try await scene.state()
        await #expect(throws: PostgresError.self) { try await scene.access(.read).run(sql) }
        #expect(try await scene.state() == before)
    }

    @Test(arguments: [
        // Refused by newer servers only, and undone by the rollback.
        "SELECT lo_create(0)",
        // Ends with the session, which is not used again.
        "SELECT pg_advisory_lock(1), pg_advisory_lock(2)",
        "SELECT set_config('default_transaction_read_only', 'off', false)",
        "SELECT pg_notify('channel', 'x')",
    ]) func leavesNothingBehind(sql: String) async throws {
        let scene = try await DatabaseScene.make()
        let before = try await scene.state()
        let access = scene.access(.read)
        _ = try await access.run(sql)
        // The server's side of the session may outlive the client's by a moment.
        while try await scene.value(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        ) != "0" { await Task.yield() }
        #expect(try await scene.state() == before)
        await #expect(throws: PostgresError.self) { try await access.run("SELECT write_one()") }
    }

    @Test(arguments: ["'; DROP TABLE item; --", "1) OR (1=1", "$1", "\\'; DELETE FROM item", "\u{0}"])
    func parametersAreNeverText(attempt: String) async throws {
        let scene = try await DatabaseScene.make()
        let before = try await scene.state()
        do {
            let answer = try await scene.access(.read).run("SELECT $1::text AS given", [.string(attempt)])
            #expect(answer.rows == [["given": .string(attempt)]])
        } catch let error as PostgresError {
            guard case .badParameter(index: 1, _) = error else { throw error }
            #expect(attempt == "\u{0}")
        }
        #expect(try await scene.state() == before)
    }

    @Test func aSuperuserIsRefusedToAModelAndNotToAWorkflow() async throws {
        let scene = try await DatabaseScene.make()
        let model = DatabaseAccess(
            name: "warehouse",
            conninfo: scene.ownerConninfo,
            access: .read,
            author: .model
        )
        await #expect(throws: ToolsError.roleTooPowerful(connection: "warehouse")) { try await model.run("SELECT 1") }
        let workflow = DatabaseAccess(
            name: "warehouse",
            conninfo: scene.ownerConninfo,
            access: .read,
            author: .workflow
        )
        #expect(try await workflow.run("SELECT 1 AS one").rows == [["one": 1]])
        await #expect(throws: PostgresError.self) { try await workflow.run("DELETE FROM item") }
    }

    @Test func aRoleWithTheServersFilesIsRefusedToAModel() async throws {
        let scene = try await DatabaseScene.make()
        try await scene.asOwner("GRANT pg_read_server_files TO \(scene.role)")
        await #expect(throws: ToolsError.roleTooPowerful(connection: "warehouse")) {
            try await scene.access(.read).run("SELECT 1")
        }
    }
}
