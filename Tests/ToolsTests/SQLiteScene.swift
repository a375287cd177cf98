import TestSupport
import Tools
import Workflow

/// A file of SQLite with two tables, and a view that reads both.
struct SQLiteScene {
    let scratch = Scratch()

    static func make() async throws -> SQLiteScene {
        let scene = SQLiteScene()
        // A file of no bytes is a database without tables.
        scene.scratch.write("shop.db", "")
        let owner = scene.access(.write)
        for statement in [
            "CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT 'x', price REAL, data BLOB)",
            "CREATE TABLE secret (id INTEGER PRIMARY KEY, word TEXT)",
            "CREATE VIEW both AS SELECT item.name, secret.word FROM item JOIN secret USING (id)",
            "INSERT INTO item VALUES (1, 'pen', 1.5, x'00ff'), (2, 'ink', NULL, NULL)",
            "INSERT INTO secret VALUES (1, 'hunter2'), (2, 'sesame')",
        ] { _ = try await owner.run(statement) }
        return scene
    }

    var path: String { scratch.path + "/shop.db" }

    func access(
        _ access: SQLAccess,
        author: DatabaseAccess.Author = .model,
        tables: [String]? = nil,
        _ change: (inout DatabaseLimits) -> Void = { _ in }
    ) -> SQLiteAccess {
        var limits = DatabaseLimits()
        change(&limits)
        return SQLiteAccess(
            name: "shop",
            path: path,
            access: access,
            author: author,
            tables: tables,
            limits: limits
        )
    }
}
