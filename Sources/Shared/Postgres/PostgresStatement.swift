/// SQL, and the name under which a connection prepares it.
///
/// A named statement is planned once on each connection, the first time it is used there. An unnamed one is planned
/// each time.
package struct PostgresStatement: Sendable, Hashable {
    /// What the server calls the prepared statement; one name stands for one text on a connection.
    ///
    /// `nil`: unnamed.
    package let name: String?

    /// One statement, whose parameters are `$1`, `$2` and so on.
    package let sql: String

    package init(name: String?, sql: String) {
        self.name = name
        self.sql = sql
    }
}

extension PostgresStatement: ExpressibleByStringLiteral {
    /// An unnamed statement.
    package init(stringLiteral value: String) {
        self.init(name: nil, sql: value)
    }
}
