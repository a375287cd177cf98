import JobModel
import Postgres

/// Questions to people that take the database until they are let go.
struct HeldQuestions {
    private let fleet: Fleet

    /// Holds all questions that are asked from now on.
    static func hold(in fleet: Fleet) async throws -> HeldQuestions {
        for sql in [
            "CREATE SEQUENCE chassis.asking",
            "CREATE TABLE chassis.go ()",
            """
            CREATE FUNCTION chassis.asking() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                PERFORM nextval('chassis.asking');
                WHILE NOT EXISTS (SELECT FROM chassis.go) LOOP PERFORM pg_sleep(0.01); END LOOP;
                RETURN NEW;
            END $$
            """,
            """
            CREATE TRIGGER asking BEFORE INSERT ON chassis.approval FOR EACH ROW EXECUTE FUNCTION chassis.asking()
            """,
        ] { _ = try await fleet.pool.query(PostgresStatement(name: nil, sql: sql)) }
        return HeldQuestions(fleet: fleet)
    }

    /// Waits until a run is asking.
    func untilAsked(by run: RunID) async throws {
        _ = try await fleet.wait(for: run, until: "SELECT $1::bigint FROM chassis.asking WHERE is_called")
    }

    func letGo() async throws { _ = try await fleet.pool.query("INSERT INTO chassis.go DEFAULT VALUES") }
}
