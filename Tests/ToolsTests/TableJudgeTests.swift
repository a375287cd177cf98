import JobModel
import Testing
import Tools
import Workflow

@Suite(.timeLimit(.minutes(3))) struct TableJudgeTests {
    private func scene() async throws -> DatabaseScene {
        let scene = try await DatabaseScene.make()
        try await scene.asOwner(
            """
            CREATE TABLE secret (id int PRIMARY KEY, word text);
            INSERT INTO secret VALUES (1, 'hunter2');
            CREATE VIEW open_view AS SELECT id, name FROM item;
            CREATE VIEW secret_view AS SELECT word FROM secret;
            CREATE FUNCTION tell() RETURNS text LANGUAGE sql AS 'SELECT word FROM secret';
            CREATE FUNCTION tell_later() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RETURN (SELECT word FROM secret); END $$;
            CREATE TABLE sale (id serial, day date) PARTITION BY RANGE (day);
            CREATE TABLE sale_2026 PARTITION OF sale FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
            INSERT INTO sale (day) VALUES ('2026-05-01');
            GRANT ALL ON ALL TABLES IN SCHEMA public TO \(scene.role);
            GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO \(scene.role)
            """
        )
        return scene
    }

    @Test(arguments: [
        "SELECT word FROM secret", "SELECT * FROM secret_view", "SELECT tell()", "SELECT tell_later()",
        "SELECT name FROM item WHERE EXISTS (SELECT FROM secret)",
        "WITH item AS (SELECT word FROM secret) SELECT * FROM item",
        "SELECT query_to_xml('SELECT word FROM secret', true, false, '')",
        "SELECT table_to_xml('secret', true, false, '')",
        "SELECT last_value FROM counter", "SELECT rolname FROM pg_roles", "SELECT most_common_vals::text FROM pg_stats",
        "SELECT item.name FROM item LEFT JOIN secret USING (id)",
        // Errors must not tell what they came upon.
        "SELECT query_to_xml('SELECT word FROM secret', true, false, '')::text::int",
        "SELECT name FROM item WHERE name = (table_to_xml('secret', true, false, '')::text::regclass)::text",
        "SELECT tell()::int", "SELECT tell_later()::int",
    ])
    func touchesNoOtherTable(_ statement: String) async throws {
        let scene = try await scene()
        let access = scene.access(.read, tables: ["item", "public.open_view", "sale"])
        let refusal = await #expect(throws: DatabaseRefusal.self) { try await access.run(statement) }
        #expect(refusal?.reason.contains("hunter2") == false)
        // Without the list the statement is one that the role may run, or one that tells too much.
        if !statement.contains("int"), !statement.contains("regclass") {
            _ = try await scene.access(.read).run(statement)
        }
    }

    @Test(arguments: [
        "SELECT name FROM item", "SELECT name FROM open_view", "SELECT day FROM sale", "SELECT day FROM sale_2026",
        "SELECT count(*) FROM item JOIN open_view USING (id)", "SELECT 1", "SELECT now()", "VALUES (1)",
    ])
    func readsItsTables(_ statement: String) async throws {
        let access = try await scene().access(.read, tables: ["item", "public.open_view", "sale"])
        #expect(try await access.run(statement).rows.count == 1 || statement.contains("name"))
    }

    @Test func writesItsTablesAlone() async throws {
        let scene = try await scene()
        let access = scene.access(.write, tables: ["item", "sale"])
        #expect(try await access.run("UPDATE item SET name = 'z'").affectedRows == 2)
        #expect(try await access.run("INSERT INTO sale (day) VALUES ('2026-06-01')").affectedRows == 1)
        for statement in [
            "DELETE FROM secret", "UPDATE item SET name = (SELECT word FROM secret)", "TRUNCATE item",
            "DROP TABLE item",
            "COPY item TO STDOUT", "COMMIT", "SET ROLE none", "DO 'BEGIN DELETE FROM secret; END'",
            "UPDATE item SET name = tell_later()",
        ] {
            await #expect(throws: (any Error).self, "\(statement)") { try await access.run(statement) }
        }
        #expect(try await scene.value("SELECT word FROM secret") == "hunter2")
        #expect(try await scene.value("SELECT string_agg(DISTINCT name, ',') FROM item") == "z")
    }

    @Test func aMistakeInTheTextIsExplainedInTheServersWords() async throws {
        let access = try await scene().access(.read, tables: ["item"])
        let fault = try await SQLTool(name: "q", database: access).call(
            ["query": "SELECT nothing FROM item"],
            ToolContext(idempotencyKey: "k", scratchDirectory: "/tmp")
        )
        #expect(fault.text.contains(#"column "nothing" does not exist"#))
    }

    @Test func listsAndDescribesWhatIsAllowed() async throws {
        let access = try await scene().access(.read, tables: ["item", "none", "a b"])
        #expect(try await access.tables().rows.compactMap { $0["name"]?.stringValue } == ["item"])
        #expect(try await access.columns(ofTable: "secret").rows.isEmpty)
        #expect(try await access.columns(ofTable: "item").rows.count == 3)
    }
}
